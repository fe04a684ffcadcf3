"""What an intruder with the database does to a history, and who would notice."""

import asyncio

from typer.testing import CliRunner, Result

from tests.cases.conftest import Office
from tests.support.applications import application
from tongban.cases import jobs
from tongban.cases.events import CHAINED, first_link, link_hash
from tongban.cases.models import Event
from tongban.cli import main
from tongban.core.settings import get_settings

DESHENG, HOME = "110102010", "110102010002"


async def decided(office: Office) -> str:
    """A case with two events."""
    number = await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    await office.act("reviewer", DESHENG, number, "approve")
    return number


async def verify() -> Result:
    """`tongban audit verify`, in a thread: it runs a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, main, ["audit", "verify"])


async def seal(office: Office) -> int:
    return await jobs.seal_days(office.worker, get_settings())


def of(number: str) -> str:
    return f"(SELECT id FROM cases WHERE number = '{number}')"


async def rewrite(office: Office, number: str) -> None:
    """A whole new chain with another comment, and the case's row to match."""
    case = await office.case(number)
    statements, prev = [], first_link(case.id)
    async with office.worker() as session:
        for seq in range(1, case.version + 1):
            event = await session.get_one(Event, (case.month, case.id, seq))
            fields = {name: getattr(event, name) for name in CHAINED} | {"comment": "同意"}
            digest = link_hash(prev, fields)
            statements.append(
                f"UPDATE events SET comment = '同意', prev_hash = '\\x{prev.hex()}',"
                f" hash = '\\x{digest.hex()}' WHERE seq = {seq} AND case_id = {of(number)};"
            )
            prev = digest
    statements.append(f"UPDATE cases SET head_hash = '\\x{prev.hex()}' WHERE number = '{number}';")
    office.tamper("\n".join(statements))
