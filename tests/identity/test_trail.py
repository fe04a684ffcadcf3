"""The trail cannot be changed by the application, and changes made elsewhere are found."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from tests.support.database import ROOT, CommittedDatabase
from tongban.core.db import make_engine, make_sessions
from tongban.core.settings import get_settings
from tongban.identity import audit, jobs, trail

DAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET reason = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"],
)
async def test_application_can_only_add(session: AsyncSession, statement: str) -> None:
    await audit.record(session, actor=None, action="a.b", subject="c:d")
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(text(statement))


def test_every_kind_of_subject_is_searched() -> None:
    sources = (ROOT / "backend" / "tongban").rglob("*.py")
    named = {
        kind for source in sources for kind in re.findall(r'subject=f?"(\w+):', source.read_text())
    }
    assert named == set(audit.SUBJECT_KINDS)


async def _fill(db: CommittedDatabase) -> None:
    """Three days of two lines each, the first two of them sealed."""
    worker = make_engine(db.urls.worker, pool=1)
    sessions = make_sessions(worker)
    for day in range(3):
        with time_machine.travel(DAY + timedelta(days=day), tick=False):
            for number in range(2):
                async with db.sessions.begin() as session:
                    await audit.record(
                        session,
                        actor=None,
                        action="a.b",
                        subject=f"c:{day}-{number}",
                        details={"一": [day, None], "b": True},
                    )
            await jobs.seal_audit(sessions, get_settings())
    await worker.dispose()


async def _tamper(db: CommittedDatabase, statement: str) -> list[str]:
    owner = create_async_engine(db.urls.owner, poolclass=NullPool)
    async with owner.begin() as connection:
        await connection.execute(text(statement))
    await owner.dispose()
    async with db.sessions() as session:
        return await trail.verify(session)


async def test_untouched_trail_verifies(committed_db: CommittedDatabase) -> None:
    await _fill(committed_db)
    async with committed_db.sessions() as session:
        seals = await session.execute(text("SELECT day, lines FROM audit_seals ORDER BY day"))
        assert [(str(seal.day), seal.lines) for seal in seals] == [
            ("2026-11-23", 2),
            ("2026-11-24", 2),
        ]
        assert await trail.verify(session) == []


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE audit_log SET reason = 'x' WHERE subject = 'c:2-1'", "audit line"),
        (
            """UPDATE audit_log SET details = '{"b": false}' WHERE subject = 'c:0-0'""",
            "audit line",
        ),
        ("DELETE FROM audit_log WHERE subject = 'c:1-0'", "audit day 2026-11-24: 2 lines"),
        ("DELETE FROM audit_seals WHERE day = '2026-11-23'", "audit day 2026-11-24"),
        ("UPDATE audit_seals SET lines = 1 WHERE day = '2026-11-24'", "audit day 2026-11-24"),
        ("UPDATE audit_log SET at = at + interval '1 day'", "audit line"),
    ],
)
async def test_tampering_is_found(
    committed_db: CommittedDatabase, statement: str, finding: str
) -> None:
    await _fill(committed_db)
    findings = await _tamper(committed_db, statement)
    assert any(found.startswith(finding) for found in findings), findings
