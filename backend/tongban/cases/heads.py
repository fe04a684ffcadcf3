"""The ends of all histories: whether they hold, and their seals made anew.

A seal is made with each event. It is missing where an upgrade found no key, behind where a
process of an earlier release added an event, and of an earlier key where nothing has happened
since the keys were rotated: `reseal` brings all three up to date.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import events
from tongban.cases.models import Case, Event
from tongban.cases.proving import Finding
from tongban.core.db import AnyRow

BATCH = 500
# Columns, not objects: a whole district's history passes here.
_ROW = (
    Case.id,
    Case.number,
    Case.month,
    Case.status,
    Case.version,
    Case.head_hash,
    Case.head_seal,
)
_LINK = (
    Event.case_id,
    *(getattr(Event, name) for name in events.CHAINED),
    Event.prev_hash,
    Event.hash,
)


async def verify_chains(session: AsyncSession) -> AsyncIterator[Finding | int]:
    """Recompute every case's chain, oldest case first.

    Yields each broken one, and after each batch the number of cases checked so far.
    """
    last = None
    checked = 0
    while True:
        statement = select(*_ROW).order_by(Case.id).limit(BATCH)
        if last is not None:
            statement = statement.where(Case.id > last)
        cases = (await session.execute(statement)).all()
        if not cases:
            return
        history = await _history(session, cases)
        for case in cases:
            fault = events.verify(case, history.get(case.id, ()))
            if fault is not None:
                yield _finding(case, fault)
        checked += len(cases)
        last = cases[-1].id
        yield checked


def _finding(case: Case | AnyRow, fault: events.Fault) -> Finding:
    return Finding(f"case {case.number or case.id}", fault.seq, fault.what)


async def _history(
    session: AsyncSession, cases: Sequence[Case | AnyRow]
) -> dict[UUID, list[events.Link]]:
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


@dataclass(frozen=True, slots=True)
class Resealed:
    """What one batch came to. `last` is where the next one begins, None after the last one."""

    last: UUID | None
    sealed: int
    refused: list[Finding]


async def reseal(session: AsyncSession, after: UUID | None) -> Resealed:
    """Seal the histories of the next cases with the current key, as far as they hold.

    A whole one is sealed, and so is one whose seal fits an earlier event of its chain; a history
    that is broken, or has a seal that was never ours, is named and left as it is.
    """
    statement = select(Case).order_by(Case.id).limit(BATCH).with_for_update()
    if after is not None:
        statement = statement.where(Case.id > after)
    cases = list(await session.scalars(statement))
    waiting = [case for case in cases if not _up_to_date(case)]
    history = await _history(session, waiting) if waiting else {}
    sealed, refused = 0, []
    for case in waiting:
        links = history.get(case.id, [])
        fault = events.verify(case, links)
        if fault is None or fault.what == events.UNSEALED or _is_behind(case, fault, links):
            case.head_seal = events.seal_head(case.id, case.version, case.head_hash)
            sealed += 1
        else:
            refused.append(_finding(case, fault))
    await session.flush()
    return Resealed(cases[-1].id if len(cases) == BATCH else None, sealed, refused)


def _up_to_date(case: Case) -> bool:
    return case.head_seal == events.seal_head(case.id, case.version, case.head_hash)


def _is_behind(case: Case, fault: events.Fault, links: Sequence[events.Link]) -> bool:
    seal = case.head_seal
    if seal is None or fault.what != events.REWRITTEN:
        return False
    return any(events.fits(seal, case.id, link.seq, link.hash) for link in links)
