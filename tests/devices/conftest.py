"""What devices' tests share: Valkey is not rolled back like the database, and real servers."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import pytest
import pytest_asyncio
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect

from tests.devices.asking import DESHENG, WINDOW
from tests.support.bridge import PATH, PATIENCE, TestBridge, paired, receive
from tests.support.district import District, Person
from tests.support.live import KEEP_ALIVE, Demo, _ready, environment, free_port
from tongban.core.settings import get_settings
from tongban.runtime import Services
from tongban.runtime.postgres import run_sql
from tongban.runtime.processes import Child
from tongban.runtime.services import DatabaseUrls

HEARTBEAT = 1
_MORE_WINDOWS = """
INSERT INTO organisations (code, kind, name, full_name, office_name, parent_id, path, sort_order)
SELECT '110102010-DT-' || n, kind, n || '号窗口', n || '号窗口', office_name, parent_id,
       subpath(path, 0, -1) || ('110102010-DT-' || n), n
FROM organisations, generate_series(101, 160) AS n WHERE code = '110102010-DT-01';
"""


@pytest_asyncio.fixture(autouse=True)
async def no_guesses(services: Services) -> None:
    """Nobody has tried a pairing code yet."""
    async with Redis.from_url(get_settings().redis_url) as valkey:
        async for key in valkey.scan_iter("tongban:pairing:*"):
            await valkey.delete(key)


@pytest.fixture
async def clerk(district: District) -> Person:
    return await district.person("clerk", DESHENG)


@pytest.fixture
async def bridge(clerk: Person) -> TestBridge:
    return await paired(clerk, WINDOW)


@dataclass
class Server:
    """One process of the API."""

    url: str
    child: Child
    client: httpx.AsyncClient

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[ClientConnection]:
        """A bridge's stream, before anything was said."""
        address = self.url.replace("http", "ws", 1) + f"{PATH}/stream"
        async with connect(address, proxy=None, open_timeout=30) as socket:
            yield socket

    @asynccontextmanager
    async def connected(
        self, bridge: TestBridge, *devices: dict[str, Any]
    ) -> AsyncIterator[ClientConnection]:
        """A bridge's stream that is ready."""
        async with self.stream() as socket:
            await bridge.greet(socket, *devices)
            yield socket

    @asynccontextmanager
    async def events(self, person: Person, window: str) -> AsyncIterator["Events"]:
        """A page's event stream, past its first event."""
        path = f"{PATH}/windows/{window}/events"
        async with self.client.stream("GET", path, headers=person.headers) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["x-accel-buffering"] == "no"
            events = Events(answer)
            assert await events.next() == ("devices", {})
            yield events


@dataclass
class Events:
    """Server-sent events as they come."""

    answer: httpx.Response
    heartbeats: int = 0
    _lines: AsyncIterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._lines = self.answer.aiter_lines()

    async def next(self) -> tuple[str, dict[str, Any]] | None:
        """The next event, None when the stream has ended."""
        name = ""
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                if line == ":":
                    self.heartbeats += 1
                elif line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    return name, json.loads(line.removeprefix("data: "))
        return None

    async def command(self, state: str) -> dict[str, Any]:
        """The next event of a command in this state."""
        while (event := await self.next()) is not None:
            name, data = event
            if name == "command" and data["state"] == state:
                return data
        raise AssertionError(f"the stream ended before a command was {state}")


@dataclass
class Hall:
    """A district whose API runs in two processes."""

    servers: tuple[Server, Server]
    urls: DatabaseUrls
    accounts: dict[str, dict[str, Any]]
    services: Services
    _windows: Iterator[int] = field(default_factory=lambda: count(101))
    _tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    def window(self) -> str:
        """A window that no other test has used."""
        return f"110102010-DT-{next(self._windows)}"

    async def person(self, username: str, server: Server | None = None) -> Person:
        server = server or self.servers[0]
        if username not in self._tokens:
            account = self.accounts[username]
            form = {"username": username, "password": account["password"]}
            answer = await server.client.post("/api/v1/auth/token", data=form)
            token = answer.json()["access_token"]
            self._tokens[username] = {"Authorization": f"Bearer {token}"}
        return Person(server.client, username, self._tokens[username])

    async def paired(self, window: str, kind: str = "bridge") -> TestBridge:
        return await paired(await self.person("ds-clerk"), window, kind)


def start_server(services: Services, env: dict[str, str]) -> tuple[str, Child]:
    port = free_port()
    command = (sys.executable, "-m", "uvicorn", "tongban.app:create_app", "--factory")
    options = ("--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "20")
    whole = (*command, *options, *KEEP_ALIVE)
    child = services.family.start(f"devices-api-{port}", whole, env=env)
    return f"http://127.0.0.1:{port}", child


@asynccontextmanager
async def running(
    services: Services, env: dict[str, str], up: str = "/readyz"
) -> AsyncIterator[Server]:
    """One more process of the API, stopped in the end if it still runs; `up` answers once it is."""
    url, child = start_server(services, env)
    services.family.wait_until(lambda: _ready(url, up), "an API for devices", 60)
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        yield Server(url, child, client)
    child.stop_signal = signal.SIGKILL
    services.family.stop(child)


@pytest.fixture(scope="session")
def hall_environment(
    services: Services, demo: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[DatabaseUrls, dict[str, str]]]:
    name = "tongban_test_devices"
    services.drop_database(name)
    urls = services.create_database(name, demo.database)
    run_sql(urls.app, _MORE_WINDOWS)
    env = environment(services, urls, tmp_path_factory.mktemp("devices") / "files")
    yield urls, env | {"TONGBAN_DEVICE_HEARTBEAT_SECONDS": str(HEARTBEAT)}
    services.drop_database(name)


@pytest_asyncio.fixture(scope="session")
async def hall(
    services: Services, demo: Demo, hall_environment: tuple[DatabaseUrls, dict[str, str]]
) -> AsyncIterator[Hall]:
    urls, env = hall_environment
    async with running(services, env) as one, running(services, env) as other:
        yield Hall((one, other), urls, demo.accounts, services)


async def next_of(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of this type."""
    while (message := await receive(socket))["type"] != kind:
        pass
    return message
