"""Processes and servers that die at the worst moment: what was acknowledged is there, once and
whole, and what was not is there whole or not at all.

PostgreSQL here is durable and the tests' own, since they stop it. A commit is held between its
record in the log and its answer by a standby that does not exist: what dies then dies between
commit and answer.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import pytest_asyncio

from tests.support.applications import application
from tests.support.database import migrate
from tests.support.environment import NAMED_SERVERS
from tests.support.live import environment, free_port
from tests.support.waiting import until
from tongban.core.db import make_engine, make_sessions
from tongban.core.settings import get_settings
from tongban.demo.seed import seed
from tongban.runtime import Services, postgres, start_services
from tongban.runtime.postgres import elsewhere, run_sql
from tongban.runtime.services import DatabaseUrls

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(NAMED_SERVERS), reason="stops the database server"),
]

DESHENG, HOME = "110102010", "110102010002"
DRAIN = """
import asyncio
from tongban.cases.jobs import drain_outbox
from tongban.core.db import make_engine, make_sessions
from tongban.core.settings import get_settings

settings = get_settings()
sessions = make_sessions(make_engine(settings.worker_database_url, pool=1))
asyncio.run(drain_outbox(sessions, settings))
"""


@dataclass
class Stage:
    """A durable database with the demo district, and processes over it."""

    services: Services
    urls: DatabaseUrls
    env: dict[str, str]
    password: str
    address: str = ""

    async def sql(self, statements: str) -> str:
        """As the database's administrator."""
        admin = elsewhere(self.services.admin_url, urlsplit(self.urls.app).path[1:])
        return await asyncio.to_thread(run_sql, admin, statements)

    async def count(self, table: str) -> int:
        return int(await self.sql(f"SELECT count(*) FROM {table}"))

    @asynccontextmanager
    async def process(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process of the platform; killed at the latest in the end."""
        running = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=self.env, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            yield running
        finally:
            if running.returncode is None:
                running.kill()
            await running.wait()

    @asynccontextmanager
    async def api(self) -> AsyncIterator[asyncio.subprocess.Process]:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        server = ("-m", "uvicorn", "tongban.app:create_app", "--factory", "--log-level", "error")
        async with self.process(*server, "--port", str(port)) as running:
            await until(self.ready, 60)
            yield running

    async def ready(self) -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self.address}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    @asynccontextmanager
    async def signed_in(self, username: str) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=f"{self.address}/api/v1", timeout=30) as client:
            form = {"username": username, "password": self.password}
            answer = await client.post("/auth/token", data=form)
            assert answer.status_code == 200, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield client

    @asynccontextmanager
    async def commits_held(self) -> AsyncIterator[None]:
        """Commits are made and not acknowledged, until the block ends."""
        await self._wait_for_standby("nobody")
        try:
            yield
        finally:
            await self._wait_for_standby("")
            await until(self._none_held)

    async def _wait_for_standby(self, name: str) -> None:
        await self.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        await self.sql("SELECT pg_reload_conf()")

        async def in_force() -> bool:
            return await self.sql("SHOW synchronous_standby_names") == name

        await until(in_force)

    async def held(self) -> bool:
        """Whether something hangs between commit and answer."""
        return await self.sql(_HELD) != "0"

    async def _none_held(self) -> bool:
        return not await self.held()

    async def waits(self) -> bool:
        """Whether something hangs on a lock."""
        return await self.sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"

    async def idle(self) -> bool:
        """Whether nobody works on cases any more."""
        return await self.sql(_BUSY) == "0"

    @asynccontextmanager
    async def locked(self, table: str) -> AsyncIterator[None]:
        engine = make_engine(self.urls.app, pool=1)
        try:
            async with engine.connect() as connection:
                await connection.exec_driver_sql(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
                yield
        finally:
            await engine.dispose()

    async def audit(self) -> None:
        """All histories, numbers and the audit log are whole."""
        async with self.process("-m", "tongban.cli", "audit", "verify") as verifying:
            assert await verifying.wait() == 0

    def restart_database(self) -> None:
        """As after a power cut: nobody is asked, and the log is replayed."""
        family = self.services.family
        (server,) = (child for child in family.children if child.name == "postgres")
        server.stop_signal = signal.SIGQUIT
        family.stop(server)
        sockets = Path(dict(parse_qsl(urlsplit(self.urls.app).query))["host"])
        postgres.start(family, sockets, self.services.secrets, durable=True)


_BUSY = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE usename LIKE 'tongban_%' AND state IS DISTINCT FROM 'idle'"
)
_HELD = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@pytest_asyncio.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("crashes")
    with start_services(folder / "var", environment={}) as services:
        await migrate(services.urls)
        engine = make_engine(services.urls.app, pool=1)
        try:
            async with make_sessions(engine).begin() as session:
                accounts = await seed(session, get_settings(), renew=False)
        finally:
            await engine.dispose()
        assert accounts
        env = environment(services, services.urls, folder / "files")
        env["TONGBAN_SEALS_URL"] = f"file://{folder / 'seals'}"
        yield Stage(services, services.urls, env, accounts[0]["password"])


@pytest.fixture
def body() -> dict[str, Any]:
    return application("ST-MZ-008", HOME)


async def lost(call: Coroutine[Any, Any, httpx.Response]) -> None:
    """The caller hears nothing."""
    with pytest.raises(httpx.TransportError):
        await call


async def test_killed_between_commit_and_answer_a_case_is_made_once(
    stage: Stage, body: dict[str, Any]
) -> None:
    before, key = await stage.count("cases"), {"Idempotency-Key": "between-commit-and-answer"}
    async with stage.api() as api, stage.signed_in("ds-clerk") as clerk, stage.commits_held():
        call = asyncio.create_task(lost(clerk.post("/cases", json=body, headers=key)))
        await until(stage.held)
        api.kill()
        await call
    assert await stage.count("cases") == before + 1
    async with stage.api(), stage.signed_in("ds-clerk") as clerk:
        again = [await clerk.post("/cases", json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in again] == [201, 201]
    assert await stage.count("cases") == before + 1
    assert (
        await stage.sql("SELECT number FROM cases ORDER BY registered_at DESC LIMIT 1")
        == again[0].json()["number"]
    )
    await stage.audit()


async def test_killed_before_the_commit_nothing_is_left_and_the_retry_makes_it(
    stage: Stage, body: dict[str, Any]
) -> None:
    before, key = await stage.count("cases"), {"Idempotency-Key": "before-the-commit"}
    async with (
        stage.api() as api,
        stage.signed_in("ds-clerk") as clerk,
        stage.locked("case_counters"),
    ):
        call = asyncio.create_task(lost(clerk.post("/cases", json=body, headers=key)))
        await until(stage.waits)
        api.kill()
        await call
    await until(stage.idle)
    for table in ("case_personal", "case_materials", "tasks", "events", "outbox"):
        left = f"SELECT count(*) FROM {table} WHERE case_id NOT IN (SELECT id FROM cases)"
        assert await stage.sql(left) == "0"
    assert await stage.count("cases") == before
    async with stage.api(), stage.signed_in("ds-clerk") as clerk:
        assert (await clerk.post("/cases", json=body, headers=key)).status_code == 201
    assert await stage.count("cases") == before + 1
    await stage.audit()


async def test_killed_between_commit_and_answer_an_action_is_taken_once(
    stage: Stage, body: dict[str, Any]
) -> None:
    key, approve = {"Idempotency-Key": "approved-once-only"}, {"action": "approve"}
    async with stage.api() as api:
        async with stage.signed_in("ds-clerk") as clerk:
            number = (await clerk.post("/cases", json=body)).json()["number"]
        path = f"/cases/{number}/actions"
        async with stage.signed_in("ds-reviewer") as reviewer, stage.commits_held():
            call = asyncio.create_task(lost(reviewer.post(path, json=approve, headers=key)))
            await until(stage.held)
            api.kill()
            await call
    async with stage.api(), stage.signed_in("ds-reviewer") as reviewer:
        again = await reviewer.post(path, json=approve, headers=key)
        assert (again.status_code, again.json()["status"]) == (200, "concluded")
        history = (await reviewer.get(f"/cases/{number}/events")).json()
        without_key = await reviewer.post(path, json=approve)
    assert [event["event"] for event in history["items"]] == ["accepted", "approved"]
    assert history["intact"]
    assert without_key.json()["code"] == "action_not_allowed"


async def test_a_worker_killed_in_the_middle_of_the_outbox_loses_and_doubles_nothing(
    stage: Stage, body: dict[str, Any]
) -> None:
    async with stage.api(), stage.signed_in("ds-clerk") as clerk:
        assert (await clerk.post("/cases", json=body)).status_code == 201
    # Nobody decides at this street any more: draining must raise an alarm.
    await stage.sql("UPDATE staff SET active = false WHERE username = 'ds-reviewer'")
    waiting = await stage.count("outbox")
    assert waiting
    try:
        async with stage.locked("queue_alarms"), stage.process("-c", DRAIN) as worker:
            await until(stage.waits)
            worker.kill()
            await worker.wait()
        await until(stage.idle)
        assert (await stage.count("outbox"), await stage.count("queue_alarms")) == (waiting, 0)
        async with stage.process("-c", DRAIN) as worker, stage.commits_held():
            await until(stage.held)
            worker.kill()
            await worker.wait()
        assert (await stage.count("outbox"), await stage.count("queue_alarms")) == (0, 1)
        async with stage.process("-c", DRAIN) as worker:
            assert await worker.wait() == 0
        assert await stage.count("queue_alarms") == 1
    finally:
        await stage.sql("UPDATE staff SET active = true WHERE username = 'ds-reviewer'")
        await stage.sql("DELETE FROM queue_alarms")


@dataclass
class Counter:
    """A clerk who registers one case after another, and tries again until it is acknowledged."""

    clerk: httpx.AsyncClient
    name: str
    body: dict[str, Any]
    numbers: list[str] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    stopping: bool = False

    async def work(self) -> None:
        while not self.stopping:
            key = {"Idempotency-Key": f"{self.name}-{len(self.numbers)}"}
            await until(partial(self._acknowledged, key), 60)

    async def _acknowledged(self, key: dict[str, str]) -> bool:
        answer = await self.clerk.post("/cases", json=self.body, headers=key)
        if answer.status_code != 201:
            self.refused.add(answer.status_code)
            return False
        self.numbers.append(str(answer.json()["number"]))
        return True


async def test_a_database_restarted_under_load_keeps_all_that_was_acknowledged(
    stage: Stage, body: dict[str, Any]
) -> None:
    before = await stage.count("cases")
    async with stage.api(), AsyncExitStack() as opened:
        counters = [
            Counter(await opened.enter_async_context(stage.signed_in("ds-clerk")), name, body)
            for name in ("counter-1", "counter-2", "counter-3", "counter-4")
        ]
        working = [asyncio.create_task(counter.work()) for counter in counters]

        async def registered(more: int) -> None:
            goal = sum(len(counter.numbers) for counter in counters) + more

            async def enough() -> bool:
                return sum(len(counter.numbers) for counter in counters) >= goal

            await until(enough, 60)

        for _ in range(2):
            await registered(20)
            await asyncio.to_thread(stage.restart_database)
        await registered(20)
        for counter in counters:
            counter.stopping = True
        await asyncio.gather(*working)
    acknowledged = [number for counter in counters for number in counter.numbers]
    assert len(set(acknowledged)) == len(acknowledged)
    there = (await stage.sql("SELECT number FROM cases")).splitlines()
    assert set(acknowledged) <= set(there)
    assert len(there) == before + len(acknowledged)
    # Clients were told to come again, never that something broke.
    assert {status for counter in counters for status in counter.refused} <= {503}
    for table in ("case_personal", "case_scope", "case_materials", "tasks", "events"):
        whole = f"SELECT count(DISTINCT case_id) FROM {table}"
        assert await stage.sql(whole) == str(len(there))
    await stage.audit()
