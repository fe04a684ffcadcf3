"""What the worker does to cases by the clock. Each case is a transaction of its own, so that
one bad case never holds up the others."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.cases import acceptance, archiving, clocks, endings, reassignment, seals
from tongban.cases.models import Archive, Case, CaseMaterial, IdempotencyKey, Outbox
from tongban.cases.rules import OPEN, RUNNING, UNDECIDED, Action, Status
from tongban.cases.schemas import ActionIn
from tongban.cases.transitions import work_on
from tongban.cases.work import Work
from tongban.core import clock
from tongban.core.problems import Problem
from tongban.core.settings import Settings
from tongban.organisations.service import get_tree

log = structlog.get_logger(__name__)

Sessions = async_sessionmaker[AsyncSession]
_DRAINED = 500


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
    return await _each(sessions, settings, Case.promise_open & Case.id.in_(missed), _miss_promise)


async def _miss_promise(work: Work) -> None:
    rows = await work.session.scalars(
        update(CaseMaterial)
        .where(
            CaseMaterial.case_id == work.case.id,
            CaseMaterial.promised_by < work.today,
            CaseMaterial.received == "none",
        )
        .values(promise_missed=True)
        .returning(CaseMaterial.key)
    )
    keys = sorted(rows)
    work.log("promise_missed", work.case.status, materials=keys)
    if work.matter.content.missed_promise_action == "terminate" and work.case.status in OPEN:
        await endings.terminate(work)


async def _each(
    sessions: Sessions,
    settings: Settings,
    condition: ColumnElement[bool],
    change: Callable[[Work], Awaitable[None]],
) -> int:
    changed = 0
    async for case_id in _ids(sessions, condition):
        try:
            changed += await _change(sessions, settings, case_id, condition, change)
        except Problem as problem:
            log.error("case left as it was", case=str(case_id), problem=problem.code)
    return changed


async def _ids(sessions: Sessions, condition: ColumnElement[bool]) -> AsyncIterator[UUID]:
    async with sessions() as session:
        ids = list(await session.scalars(select(Case.id).where(condition).order_by(Case.id)))
    for case_id in ids:
        yield case_id


async def _change(
    sessions: Sessions,
    settings: Settings,
    case_id: UUID,
    condition: ColumnElement[bool],
    change: Callable[[Work], Awaitable[None]],
) -> int:
    """Change one case if it still meets the condition; one that is being worked on waits for
    the next round."""
    async with sessions.begin() as session:
        case = await session.scalar(
            select(Case).where(Case.id == case_id, condition).with_for_update(skip_locked=True)
        )
        if case is None:
            return 0
        tree = await get_tree(session)
        body = ActionIn(action=Action.ACCEPT)
        work = await work_on(session, settings, None, tree, case, body)
        await change(work)
        await work.save()
        return 1


async def forget_keys(sessions: Sessions, settings: Settings) -> int:
    """Idempotency keys past their time."""
    before = clock.now() - timedelta(hours=settings.idempotency_hours)
    async with sessions.begin() as session:
        gone = await session.scalars(
            delete(IdempotencyKey).where(IdempotencyKey.at < before).returning(IdempotencyKey.key)
        )
        return len(gone.all())


async def seal_days(sessions: Sessions, settings: Settings) -> int:
    """Seal the finished days of all histories."""
    async with sessions.begin() as session:
        return await seals.seal_days(session, settings)


async def build_archives(sessions: Sessions, settings: Settings) -> int:
    """Packages of archived cases that have none yet, each in a transaction of its own."""
    waiting = (Case.status == Status.ARCHIVED) & ~exists().where(Archive.case_id == Case.id)
    built = 0
    async for case_id in _ids(sessions, waiting):
        async with sessions.begin() as session:
            case = await session.scalar(
                select(Case).where(Case.id == case_id, waiting).with_for_update(skip_locked=True)
            )
            if case is not None:
                await archiving.archive_case(session, settings, case)
                built += 1
    return built


async def recalculate(sessions: Sessions, settings: Settings) -> int:
    """Due dates that reached into a year whose calendar was not published, now that it may be."""
    provisional = Case.due_provisional & Case.status.in_(RUNNING)
    return await _each(sessions, settings, provisional, _recalculate)


async def _recalculate(work: Work) -> None:
    before, was_provisional = work.case.due_on, work.case.due_provisional
    await clocks.replay_case(work)
    if work.case.due_on != before or work.case.due_provisional != was_provisional:
        work.log(
            "due_date_recalculated",
            work.case.status,
            before=str(before),
            after=str(work.case.due_on),
        )


async def drain_outbox(sessions: Sessions, _: Settings) -> int:
    """Tell of changes, at least once: rows leave in the transaction that used them.

    What is told of today is a queue that nobody can work, for the operator's alert.
    """
    async with sessions.begin() as session:
        rows = await session.scalars(
            select(Outbox).order_by(Outbox.id).limit(_DRAINED).with_for_update(skip_locked=True)
        )
        ids = [row.id for row in rows]
        if ids:
            await reassignment.report_unstaffed(session)
            await session.execute(delete(Outbox).where(Outbox.id.in_(ids)))
        return len(ids)
