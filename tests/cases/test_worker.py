"""The worker as a process of its own: it starts, works by the clock, and may die at any moment."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import text

from tests.cases.conftest import Office
from tests.support.applications import application
from tests.support.live import environment
from tests.support.waiting import until
from tongban.cases import jobs
from tongban.core import clock
from tongban.core.settings import get_settings

pytestmark = pytest.mark.slow

DESHENG, HOME = "110102010", "110102010002"
SEALED = '"job": "cases.jobs.seal_days"'
DRAINED = '"job": "cases.jobs.drain_outbox", "changed": 1'
BUILD = """
import asyncio
from tongban.cases.jobs import build_archives
from tongban.core.db import make_engine, make_sessions
from tongban.core.settings import get_settings

settings = get_settings()
sessions = make_sessions(make_engine(settings.worker_database_url, pool=1))
asyncio.run(build_archives(sessions, settings))
"""


@asynccontextmanager
async def process(
    office: Office, folder: Path, *arguments: str, **variables: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of the platform over the office's database; killed at the latest in the end."""
    env = environment(office.services, office.urls, folder / "files") | variables
    with (folder / "process.log").open("wb") as log:
        running = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=env, stdout=log, stderr=log
        )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def test_a_worker_killed_between_storing_and_noting_leaves_nothing_wrong(
    office: Office, tmp_path: Path
) -> None:
    number = await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    await office.act("reviewer", DESHENG, number, "approve")
    await office.act("clerk", DESHENG, number, "issue")
    await office.act("clerk", DESHENG, number, "archive")

    async def waits() -> bool:
        blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return await asyncio.to_thread(office.tamper, blocked) != "0"

    async with office.district.sessions.begin() as session:
        await session.execute(text("SELECT FROM archives FOR UPDATE"))
        async with process(office, tmp_path, "-c", BUILD) as worker:
            await until(waits)
            worker.send_signal(signal.SIGKILL)
            await worker.wait()
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert office.tamper("SELECT count(*) FROM files WHERE name LIKE '%.zip'") == "0"
    assert office.tamper("SELECT count(*) FROM archives WHERE file_id IS NULL") == "1"
    assert await jobs.build_archives(office.worker, get_settings()) == 1
    assert office.tamper("SELECT count(*) FROM files WHERE name LIKE '%.zip'") == "1"


async def test_the_worker_does_its_rounds(office: Office, tmp_path: Path) -> None:
    with time_machine.travel(clock.now() - timedelta(days=2), tick=False):
        await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    seals = {"TONGBAN_SEALS_URL": f"file://{tmp_path / 'seals'}"}
    arguments = ("-m", "arq", "tongban.worker.WorkerSettings")

    # The log, not the tables: a job commits before it says so, and a stop in between cancels it.
    log = tmp_path / "process.log"

    async def done() -> bool:
        lines = log.read_text()
        return SEALED in lines and DRAINED in lines

    async with process(office, tmp_path, *arguments, **seals) as worker:
        await until(done)
        worker.send_signal(signal.SIGTERM)
        await asyncio.wait_for(worker.wait(), 20)
    assert office.tamper("SELECT count(*) > 0 FROM daily_seals") == "t"
    assert office.tamper("SELECT count(*) FROM outbox") == "0"


async def test_a_worker_without_a_seal_key_does_not_start(office: Office, tmp_path: Path) -> None:
    arguments = ("-m", "arq", "tongban.worker.WorkerSettings")
    async with process(office, tmp_path, *arguments, TONGBAN_SEAL_KEYS="") as worker:
        assert await asyncio.wait_for(worker.wait(), 30) != 0
    assert "TONGBAN_SEAL_KEYS is not set" in (tmp_path / "process.log").read_text()
