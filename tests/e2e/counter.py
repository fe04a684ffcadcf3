"""`tongban-bridge virtual` beside a server, and whoever stands at its counter."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.async_api import Page

from tests.bridge.test_command_line import PROGRAM
from tests.e2e.desk import sign_in
from tests.support.live import LiveServer, free_port
from tests.support.waiting import until

WINDOW = "110102010-DT-01"
PATIENCE_MS = 30_000
CLERK = "ds-clerk"


@contextmanager
def clerk_at(server: LiveServer) -> Iterator[httpx.Client]:
    """The clerk of the window, past the browser."""
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as client:
        form = {"username": CLERK, "password": server.accounts[CLERK]["password"]}
        token = client.post("/auth/token", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@dataclass(frozen=True)
class Counter:
    """Where the hands are, and the bridge's own page."""

    console: str
    page: str


@contextmanager
def virtual_counter(server: LiveServer, clerk: httpx.Client, folder: Path) -> Iterator[Counter]:
    """A virtual counter whose bridge is paired with the window."""
    code = clerk.post("/devices/pairing-codes", json={"window_code": WINDOW}).json()["code"]
    options = ["--server", server.url, "--code", code, "--home", str(folder / "home")]
    page_port = str(free_port())
    ports = ["--page-port", page_port, "--console-port", "0"]
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*PROGRAM, "virtual", *options, *ports],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process:
        assert process.stdout
        said = process.stdout.readline()
        assert "http://" in said, log.read_text()
        try:
            yield Counter(said.strip().rpartition(" ")[2], f"http://127.0.0.1:{page_port}")
        finally:
            # Also after a failure: leaving the block waits for the process.
            process.terminate()
            process.communicate(timeout=30)


class Hands:
    """Whoever stands at the counter."""

    def __init__(self, client: httpx.AsyncClient, page: str) -> None:
        self._client = client
        self._page = page

    async def seen(self, what: str) -> int:
        """How many: `printed`, `asked`, `scanning`; `queued` for the platform."""
        where = f"{self._page}/health" if what == "queued" else "/state"
        return int((await self._client.get(where)).json()[what])

    async def see(self, what: str, more_than: int = 0) -> None:
        """Wait until there are more."""

        async def more() -> bool:
            return await self.seen(what) > more_than

        await until(more)

    async def lay(self, person: str | None) -> None:
        await self._do("card", person=person)

    async def press(self, level: int) -> None:
        await self._do("press", level=level)

    async def plug(self, device: str) -> None:
        await self._do("plug", device=device, **{"in": True})

    async def pull(self, device: str) -> None:
        await self._do("plug", device=device, **{"in": False})

    async def hold(self, device: str) -> None:
        """What the scanner or printer has begun does not end."""
        await self._do("hold", device=device, on=True)

    async def let_go(self, device: str) -> None:
        await self._do("hold", device=device, on=False)

    async def _do(self, what: str, **body: object) -> None:
        (await self._client.post(f"/{what}", json=body)).raise_for_status()


@asynccontextmanager
async def hands_at(counter: Counter) -> AsyncIterator[Hands]:
    """Every device is plugged in and no card lies there, before and after."""
    async with httpx.AsyncClient(base_url=counter.console, timeout=30) as client:
        state = (await client.get("/state")).json()
        assert state["card"] is None
        hands = Hands(client, counter.page)
        yield hands
        await hands.lay(None)
        for device in state["devices"]:
            await hands.plug(device)
        for device in ("scanner", "printer"):
            await hands.let_go(device)


async def at_the_window(page: Page, server: LiveServer) -> None:
    """Signed in, at a computer whose window is chosen."""
    await sign_in(page, server, CLERK)
    await page.add_init_script(f"localStorage.setItem('tongban.window', '{WINDOW}')")


async def busy(clerk: httpx.Client, device: str) -> None:
    """Wait until the bridge has told that a device is at work."""

    async def is_busy() -> bool:
        windows = (await asyncio.to_thread(clerk.get, "/devices/windows")).json()
        (window,) = (one for one in windows if one["code"] == WINDOW)
        found = [one for bridge in window["bridges"] for one in bridge["devices"]]
        return any((one["id"], one["state"]) == (device, "busy") for one in found)

    await until(is_busy)
