"""The outbox: what happened to cases, handed on at least once.

A row is deleted in the transaction that has its effect, so that a worker that dies leaves the row
and no effect. Consumers look at how things are, not at what the row says was: being told twice,
or in another order, changes nothing. Several workers take different rows.
"""

from collections.abc import Collection
from uuid import UUID

import structlog
from prometheus_client import Gauge
from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.cases.models import Outbox, QueueAlarm
from tongban.cases.reassignment import unstaffed
from tongban.core import clock
from tongban.core.db import AnyRow
from tongban.core.settings import Settings
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree

log = structlog.get_logger(__name__)

_BATCH = 500
UNSTAFFED = Gauge("tongban_unstaffed_queues", "Queues with open tasks and nobody to work them")


async def drain(sessions: async_sessionmaker[AsyncSession], _: Settings) -> int:
    """Hand on everything that waits, a batch a transaction. Returns how many rows."""
    drained = 0
    while True:
        async with sessions.begin() as session:
            batch = await _drain_batch(session)
        drained += batch
        if batch < _BATCH:
            return drained


async def _drain_batch(session: AsyncSession) -> int:
    rows = await session.execute(
        select(Outbox.id, Outbox.case_id)
        .order_by(Outbox.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    waiting = rows.all()
    if waiting:
        await _alarm(session, {row.case_id for row in waiting})
        await session.execute(delete(Outbox).where(Outbox.id.in_([row.id for row in waiting])))
    return len(waiting)


async def _alarm(session: AsyncSession, cases: Collection[UUID]) -> None:
    """Raise an alarm for each queue that these cases went into and that nobody can work."""
    tree = await get_tree(session)
    await _raise(session, tree, await unstaffed(session, tree, cases))


async def review_alarms(session: AsyncSession) -> int:
    """Compare all alarms with how things are: somebody left, somebody came, a queue was emptied.

    Returns how many alarms stand.
    """
    tree = await get_tree(session)
    rows = await unstaffed(session, tree)
    queue = tuple_(QueueAlarm.organisation_id, QueueAlarm.role)
    standing = [(row.organisation_id, row.role) for row in rows]
    lifted = await session.execute(
        delete(QueueAlarm)
        .where(queue.not_in(standing))
        .returning(QueueAlarm.organisation_id, QueueAlarm.role)
    )
    for row in lifted:
        log.info("queue has staff again", unit=tree[row.organisation_id].code, role=row.role)
    await _raise(session, tree, rows)
    count = await session.scalar(select(func.count()).select_from(QueueAlarm)) or 0
    UNSTAFFED.set(count)
    return count


async def _raise(session: AsyncSession, tree: Tree, rows: list[AnyRow]) -> None:
    if not rows:
        return
    found = [
        {"organisation_id": row.organisation_id, "role": row.role, "raised_at": clock.now()}
        for row in sorted(rows, key=lambda row: (row.organisation_id, row.role))
    ]
    new = await session.execute(
        insert(QueueAlarm)
        .values(found)
        .on_conflict_do_nothing()
        .returning(QueueAlarm.organisation_id, QueueAlarm.role)
    )
    for row in new:
        log.warning("queue without staff", unit=tree[row.organisation_id].code, role=row.role)
