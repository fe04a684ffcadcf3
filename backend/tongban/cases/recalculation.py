"""Due dates computed anew: from a case's events, and when the official calendar is published or
corrected after they were computed."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import clocks
from tongban.cases.models import Case, Event, FollowedYear, Handover, Task
from tongban.cases.rules import RUNNING, UNDECIDED
from tongban.cases.work import Work, within
from tongban.core import clock
from tongban.deadlines import rules
from tongban.deadlines.models import CalendarYear
from tongban.deadlines.rules import ClockEvent, ClockEventKind
from tongban.deadlines.service import due_on, office_hours

# A request that still had the calendar before has committed by then.
_SETTLED = timedelta(minutes=1)


async def news(session: AsyncSession) -> dict[int, datetime]:
    """Years published since due dates last followed them, and when."""
    found = await session.execute(
        select(CalendarYear.year, CalendarYear.published_at)
        .join(FollowedYear, FollowedYear.year == CalendarYear.year, isouter=True)
        .where(
            CalendarYear.published_at < clock.now() - _SETTLED,
            FollowedYear.published_at.is_distinct_from(CalendarYear.published_at),
        )
    )
    return {row.year: row.published_at for row in found}


def concerned(years: Mapping[int, datetime]) -> ColumnElement[bool]:
    """Open cases that began before the publication and reach into one of these years, or past
    it. Suspended ones are computed when they are resumed."""
    first = date(min(years), 1, 1)
    task = exists().where(Task.case_id == Case.id, Task.state == "open", Task.due_on >= first)
    return and_(
        Case.status.in_(UNDECIDED | RUNNING),
        Case.suspended.is_(False),
        Case.registered_at < max(years.values()) + _SETTLED,
        or_(Case.due_on >= first, Case.acceptance_due_on >= first, task),
    )


async def recalculate(work: Work) -> None:
    """Compute the due dates of a case and its open tasks anew; an event says what moved."""
    case, before = work.case, _dates(work)
    if case.accepted_at is not None:
        await replay_case(work)
    else:
        _recalculate_acceptance(work)
    after = _dates(work)
    if after != before:
        moved = {key: [before[key], day] for key, day in after.items() if day != before[key]}
        work.log("due_date_recalculated", case.status, moved=moved)


def _recalculate_acceptance(work: Work) -> None:
    case, days = work.case, work.settings.acceptance_days
    if case.acceptance_due_on is not None and case.received_at is not None:
        due = due_on(work.calendar, work.settings, case.received_at, days)
        case.acceptance_due_on = due.date
    for task in work.tasks:
        due = due_on(work.calendar, work.settings, task.opened_at, task.limit_days)
        task.due_on = due.date


def _dates(work: Work) -> dict[str, Any]:
    """What may move, by name, in JSON."""
    case = work.case
    return {
        "due_on": str(case.due_on),
        "provisional": case.due_provisional,
        "acceptance_due_on": str(case.acceptance_due_on),
        **{f"task:{task.step_key}": str(task.due_on) for task in work.tasks},
    }


async def follow(session: AsyncSession, years: Mapping[int, datetime]) -> None:
    """Note that due dates follow these publications."""
    statement = insert(FollowedYear)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[FollowedYear.year],
            set_={"published_at": statement.excluded.published_at},
        ),
        [{"year": year, "published_at": moment} for year, moment in sorted(years.items())],
    )


async def replay_case(work: Work) -> None:
    """Set the due dates of the case and its open tasks to what the events say.

    Called after an event that moves the clock was logged but not yet written.
    """
    case = work.case
    if case.accepted_at is None:
        return
    history = [*await clocks.history_of(work.session, case), *(Event(**row) for row in work.logged)]
    office = office_hours(work.settings)
    total = clocks.clock_events(case.accepted_at, history)
    state = rules.replay(total, case.limit_days, work.calendar, office, work.now)
    case.due_on, case.due_provisional = state.due_on or case.due_on, state.provisional
    for task in work.tasks:
        since = [event for event in total[1:] if event.at > task.opened_at]
        moves = [ClockEvent(ClockEventKind.STARTED, task.opened_at), *since]
        own = rules.replay(moves, task.limit_days, work.calendar, office, work.now)
        task.due_on = within(case, own.due_on or task.due_on)
        if task.function == "approve":
            await _move_handover(work, task)


async def _move_handover(work: Work, task: Task) -> None:
    """Papers at a bureau are expected back when its step is due."""
    await work.session.execute(
        update(Handover)
        .where(
            Handover.case_id == work.case.id,
            Handover.bureau_id == task.organisation_id,
            Handover.returned_on.is_(None),
        )
        .values(due_on=task.due_on)
    )
