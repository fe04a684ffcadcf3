"""What the worker does to cases by the clock.

Each case is a transaction of its own: one bad case never holds up the others, and whatever stops
the worker, at any point, leaves cases either done or to be done by the next round.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.cases import (
    acceptance,
    endings,
    outbox,
    recalculation,
    seals,
    steps,
)
from tongban.cases.archives import disposals, packages
from tongban.cases.inputs import ActionIn
from tongban.cases.models import Case, CaseMaterial, Event, IdempotencyKey, Task
from tongban.cases.rules import ENDED, RUNNING, UNDECIDED, Action
from tongban.cases.transitions import work_on
from tongban.cases.work import Work
from tongban.core import clock
from tongban.core.problems import Problem
from tongban.core.settings import Settings
from tongban.files.jobs import remove_content
from tongban.organisations.service import get_tree

log = structlog.get_logger(__name__)

Sessions = async_sessionmaker[AsyncSession]

_BAD_CASE = (
    Problem,
    ArithmeticError,
    DataError,
    FileNotFoundError,
    IntegrityError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What one case's own data can raise. A database that is gone stops the whole round instead."""
_MONTHS_AHEAD = 12


async def accept_overdue(sessions: Sessions, settings: Settings) -> int:
    """Nothing was decided in five working days: accepted from the day it was received
    (行政许可法 32). Returns how many."""
    overdue = (
        Case.status.in_(UNDECIDED)
        & (Case.acceptance_due_on < clock.today(settings.zone))
        & Case.correction_pending.is_(False)
    )
    return await _each(sessions, settings, overdue, acceptance.deem_accepted)


async def miss_promises(sessions: Sessions, settings: Settings) -> int:
    """A promised material did not come by its day (容缺): what the matter names happens."""
    missed = select(CaseMaterial.case_id).where(
        CaseMaterial.promised_by < clock.today(settings.zone),
        CaseMaterial.received == "none",
        CaseMaterial.promise_missed.is_(False),
    )
    waiting = Case.promise_open & Case.status.in_(RUNNING)
    return await _each(sessions, settings, waiting & Case.id.in_(missed), _miss_promise)


async def _miss_promise(work: Work) -> None:
    rows = await work.session.execute(
        update(CaseMaterial)
        .where(
            CaseMaterial.case_id == work.case.id,
            CaseMaterial.promised_by < work.today,
            CaseMaterial.received == "none",
            CaseMaterial.promise_missed.is_(False),
        )
        .values(promise_missed=True)
        .returning(CaseMaterial.key, CaseMaterial.promised_by)
    )
    missed = {row.key: row.promised_by for row in rows}
    keys = sorted(missed)
    work.case.promise_missed_on = work.case.promise_missed_on or min(missed.values())
    work.log("promise_missed", work.case.status, materials=keys)
    action = work.matter.content.missed_promise_action
    if action == "notify":
        return
    wanted = (work.matter.material(key) for key in keys)
    names = "、".join(material.name for material in wanted if material)
    work.body = ActionIn(
        action=Action.DENY if action == "deny" else Action.TERMINATE,
        comment=f"承诺补交的材料逾期未补交：{names}"[:1000],
    )
    if action == "deny":
        # Waiting for an expert or a hearing no longer matters.
        work.case.suspended = False
        await steps.deny(work)
    else:
        await endings.terminate(work)


async def recalculate(sessions: Sessions, settings: Settings) -> int:
    """Due dates of open cases, after a year's calendar was published or corrected. Returns how
    many cases moved."""
    async with sessions() as session:
        years = await recalculation.news(session)
    if not years:
        return 0
    concerned = recalculation.concerned(years)
    moved = await _each(sessions, settings, concerned, recalculation.recalculate, wait=True)
    async with sessions.begin() as session:
        await recalculation.follow(session, years)
    return moved


async def archive_ended(sessions: Sessions, settings: Settings) -> int:
    """Archive ended cases with nothing left to collect, to which nothing happened for long."""
    before = clock.now() - timedelta(days=settings.archive_after_days)
    quiet = exists().where(
        Event.month == Case.month,
        Event.case_id == Case.id,
        Event.seq == Case.version,
        Event.at < before,
    )
    busy = exists().where(Task.case_id == Case.id, Task.state == "open")
    # While it may be reopened, a case stays at hand.
    final = or_(
        Case.concluded_at.is_(None),
        Case.concluded_at < clock.now() - timedelta(days=settings.reopen_days),
    )
    ended = and_(Case.status.in_(ENDED), final, quiet, ~busy)
    return await _each(sessions, settings, ended, endings.archive)


async def build_archives(sessions: Sessions, settings: Settings) -> int:
    """Packages of archived cases that have none yet. Returns how many were built."""
    async with sessions() as session:
        ids = await packages.waiting(session)
    return await _one_by_one(ids, lambda one: packages.package(sessions, settings, one))


async def dispose_approved(sessions: Sessions, settings: Settings) -> int:
    """Carry out approved disposals. Returns how many cases.

    Content goes from storage after the rows that name it; what a crash leaves there, the nightly
    clean-up finds.
    """
    unused: list[bytes] = []

    async def change(work: Work) -> None:
        unused.extend(await disposals.dispose(work))

    done = await _each(sessions, settings, disposals.APPROVED, change)
    async with sessions.begin() as session:
        await disposals.close_done(session)
    for digest in unused:
        await remove_content(sessions, settings, digest)
    return done


async def seal_days(sessions: Sessions, settings: Settings) -> int:
    """Seal the finished days of all histories. Returns how many."""
    return await seals.seal_days(sessions, settings)


async def drain_outbox(sessions: Sessions, settings: Settings) -> int:
    """Hand on what happened, until nothing waits. Returns how many rows."""
    return await outbox.drain(sessions, settings)


async def review_alarms(sessions: Sessions, _: Settings) -> int:
    """Raise and lift the alarms of queues without staff. Returns how many stand."""
    async with sessions.begin() as session:
        return await outbox.review_alarms(session)


async def forget_keys(sessions: Sessions, settings: Settings) -> int:
    """Idempotency keys past their time."""
    before = clock.now() - timedelta(hours=settings.idempotency_hours)
    async with sessions.begin() as session:
        gone = await session.scalars(
            delete(IdempotencyKey).where(IdempotencyKey.at < before).returning(IdempotencyKey.key)
        )
        return len(gone.all())


async def make_partitions(sessions: Sessions, _: Settings) -> int:
    """Partitions of the events for the coming months. Returns how many were new."""
    month = clock.now().date().replace(day=1)
    made = 0
    for _month in range(_MONTHS_AHEAD + 1):
        async with sessions.begin() as session:
            made += bool(await session.scalar(select(func.ensure_events_partition(month))))
        month = (month + timedelta(days=31)).replace(day=1)
    return made


async def _each(
    sessions: Sessions,
    settings: Settings,
    condition: ColumnElement[bool],
    change: Callable[[Work], Awaitable[None]],
    *,
    wait: bool = False,
) -> int:
    """Change every case that meets the condition. One that is being worked on is left for the
    next round, or waited for where there is no other."""
    async with sessions() as session:
        ids = list(await session.scalars(select(Case.id).where(condition).order_by(Case.id)))
    return await _one_by_one(
        ids, lambda one: _change(sessions, settings, one, condition, change, wait=wait)
    )


async def _one_by_one(ids: list[UUID], work: Callable[[UUID], Awaitable[int]]) -> int:
    done = 0
    for case_id in ids:
        try:
            done += await work(case_id)
        except _BAD_CASE:
            log.exception("case left as it was", case=str(case_id))
    return done


async def _change(
    sessions: Sessions,
    settings: Settings,
    case_id: UUID,
    condition: ColumnElement[bool],
    change: Callable[[Work], Awaitable[None]],
    *,
    wait: bool,
) -> int:
    """Change one case if it still meets the condition. Returns 1 if something happened to it."""
    async with sessions.begin() as session:
        case = await session.scalar(
            select(Case)
            .where(Case.id == case_id, condition)
            .with_for_update(of=Case, skip_locked=not wait)
        )
        if case is None:
            return 0
        tree = await get_tree(session)
        body = ActionIn(action=Action.ACCEPT)
        work = await work_on(session, settings, None, tree, case, body)
        await change(work)
        if work.logged:
            await work.save()
        return 1 if work.logged else 0
