"""What other domains and the command line use of cases."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import events
from tongban.cases.models import Case, Event
from tongban.cases.proving import Finding, verify_presence, verify_seals
from tongban.cases.seals import NoSealKey, verifying_keys
from tongban.core.db import AnyRow

__all__ = [
    "BrokenChain",
    "Finding",
    "NoSealKey",
    "verify_chains",
    "verify_presence",
    "verify_seals",
    "verifying_keys",
]

_BATCH = 500
# Columns, not objects: a whole district's history passes here.
_ROW = (Case.id, Case.number, Case.month, Case.version, Case.head_hash)
_LINK = (
    Event.case_id,
    *(getattr(Event, name) for name in events.CHAINED),
    Event.prev_hash,
    Event.hash,
)


@dataclass(frozen=True, slots=True)
class BrokenChain:
    """A case whose history does not hold; `seq` is the first event that is wrong or missing."""

    case: str
    seq: int

    def __str__(self) -> str:
        return f"case {self.case}: event {self.seq}: edited, removed or cut off"


async def verify_chains(session: AsyncSession) -> AsyncIterator[BrokenChain | int]:
    """Recompute every case's chain, oldest case first.

    Yields each broken one, and after each batch the number of cases checked so far.
    """
    last = None
    checked = 0
    while True:
        statement = select(*_ROW).order_by(Case.id).limit(_BATCH)
        if last is not None:
            statement = statement.where(Case.id > last)
        cases = (await session.execute(statement)).all()
        if not cases:
            return
        history = await _history(session, cases)
        for case in cases:
            links = history.get(case.id, [])
            broken = events.verify(case.id, case.version, case.head_hash, links)
            if broken is not None:
                yield BrokenChain(case.number or str(case.id), broken)
        checked += len(cases)
        last = cases[-1].id
        yield checked


async def _history(session: AsyncSession, cases: Sequence[AnyRow]) -> dict[UUID, list[events.Link]]:
    found = await session.execute(
        select(*_LINK)
        .where(
            Event.month.in_({case.month for case in cases}),
            Event.case_id.in_([case.id for case in cases]),
        )
        .order_by(Event.case_id, Event.seq)
    )
    history: dict[UUID, list[events.Link]] = {}
    for event in found:
        history.setdefault(event.case_id, []).append(cast(events.Link, event))
    return history
