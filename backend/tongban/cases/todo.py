"""The to-do list (待办事宜): open tasks that somebody has claimed or may claim."""

from datetime import date, timedelta
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    Uuid,
    bindparam,
    column,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from tongban.cases import presenting
from tongban.cases import schemas as s
from tongban.cases.clocks import Viewer, viewer_for
from tongban.cases.models import Case, Task
from tongban.cases.policy import pools
from tongban.cases.rules import WORKED_BY, TaskFunction
from tongban.core.fixed import Fixed
from tongban.core.pages import decode_cursor, encode_cursor
from tongban.core.settings import Settings
from tongban.deadlines.service import REVISION, remember_revision
from tongban.identity.actor import Actor
from tongban.identity.models import Staff
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree

WORKING_ROLES = frozenset(WORKED_BY.values())
_BEGINNING = (date.min, UUID(int=0))


class TaskQuery(BaseModel):
    """A page of the to-do list. `function` narrows to one kind of step."""

    model_config = ConfigDict(extra="forbid")

    queue: Literal["all", "mine", "pool"] = "all"
    function: TaskFunction | None = None
    limit: int = Field(20, ge=1, le=200)
    cursor: str | None = Field(None, max_length=500)


async def list_tasks(
    session: AsyncSession, settings: Settings, actor: Actor, query: TaskQuery
) -> s.TaskPage:
    """A page, soonest due first, with counts of the whole queue whatever is shown of it."""
    tree = await get_tree(session)
    reach = _reach(tree, actor)
    after = decode_cursor(query.cursor, (date, UUID)) or _BEGINNING
    asked = {"only": query.function, "after_due": after[0], "after_id": after[1]}
    rows = await _PAGES[query.queue].rows(session, {**reach, **asked, "limit": query.limit + 1})
    if rows:
        remember_revision(session, rows[0].calendar_revision)
    viewer = await viewer_for(session, settings, tree)
    last = rows[query.limit - 1] if len(rows) > query.limit else None
    return s.TaskPage.model_validate(
        {
            "items": [_task_row(viewer, row) for row in rows[: query.limit]],
            "next_cursor": encode_cursor(str(last.task_due_on), str(last.task_id))
            if last
            else None,
            "counts": await _counts(session, viewer, reach),
        }
    )


def _reach(tree: Tree, actor: Actor) -> dict[str, Any]:
    """Who asks, and pairwise the organisations and roles whose unclaimed tasks they may take."""
    pairs = [
        (unit, role.value)
        for role, units in sorted(pools(tree, actor.grants).items())
        if role in WORKING_ROLES
        for unit in sorted(units)
    ]
    return {
        "me": actor.staff_id,
        "units": [unit for unit, _ in pairs],
        "roles": [role for _, role in pairs],
    }


_MINE = Task.claimed_by == bindparam("me", type_=Integer)
_pool = (
    func.unnest(bindparam("units", type_=ARRAY(Integer)), bindparam("roles", type_=ARRAY(String)))
    .table_valued(column("organisation_id", Integer), column("role", String))
    .render_derived("pool")
)
_IN_POOL = (
    Task.claimed_by.is_(None),
    Task.organisation_id == _pool.c.organisation_id,
    Task.role == _pool.c.role,
)


def _first(*conditions: Any) -> Select[Any]:
    """The tasks of a page that meet the conditions."""
    only = bindparam("only", type_=String)
    after = tuple_(bindparam("after_due", type_=Date), bindparam("after_id", type_=Uuid))
    return (
        select(Task)
        .where(Task.state == "open", *conditions)
        .where(or_(only.is_(None), Task.function == only))
        .where(tuple_(Task.due_on, Task.id) > after)
        .order_by(Task.due_on, Task.id)
        .limit(bindparam("limit", type_=Integer))
    )


# Each pool gives its first tasks by its index, in order: a page costs the same however long the
# queue is.
_first_of_pools = _first(*_IN_POOL).correlate(_pool).lateral()
_FIRST: dict[str, Any] = {
    "mine": _first(_MINE),
    "pool": select(_first_of_pools).select_from(_pool.join(_first_of_pools, true())),
}
_FIRST["all"] = union_all(*(select(part.subquery()) for part in _FIRST.values()))
_claimer, _registrar = aliased(Staff), aliased(Staff)


def _page_of(found: Any) -> Fixed:
    """The tasks are found first, and only theirs of all cases are read."""
    task = aliased(Task, found.subquery())
    return Fixed(
        select(
            task.id.label("task_id"),
            task.step_key,
            task.function,
            task.role,
            task.organisation_id,
            task.opened_at,
            task.limit_days.label("task_limit_days"),
            task.due_on.label("task_due_on"),
            _claimer.username.label("claimer"),
            _claimer.name.label("claimer_name"),
            _registrar.username.label("registrar"),
            _registrar.name.label("registrar_name"),
            *presenting.ROW_COLUMNS,
            REVISION,
        )
        .join(Case, Case.id == task.case_id)
        .join(_claimer, _claimer.id == task.claimed_by, isouter=True)
        .join(_registrar, _registrar.id == Case.registered_by)
        .order_by(task.due_on, task.id)
        .limit(bindparam("limit", type_=Integer))
    )


_PAGES = {name: _page_of(found) for name, found in _FIRST.items()}


def _task_row(viewer: Viewer, row: Any) -> dict[str, Any]:
    """`TaskRow`."""
    light = viewer.lights.of(row.task_due_on, row.task_limit_days, viewer.today)
    paused = presenting.stands_still(row)
    claimer = (row.claimer, row.claimer_name) if row.claimer else ()
    return {
        "id": row.task_id,
        "step_key": row.step_key,
        "function": row.function,
        "role": row.role,
        "organisation": presenting.place(viewer, row.organisation_id),
        "claimed_by": presenting.staff(claimer),
        "opened_at": row.opened_at,
        "due_on": presenting.due_on(row, row.task_due_on),
        "paused": paused,
        "remaining_days": None if paused else light.remaining_days,
        "level": 0 if paused else light.level,
        "case": presenting.row_fields(viewer, row, (row.registrar, row.registrar_name)),
    }


_queue = union_all(
    select(Task.function, Task.due_on, literal(True).label("mine")).where(
        Task.state == "open", _MINE
    ),
    select(Task.function, Task.due_on, literal(False)).where(Task.state == "open", *_IN_POOL),
).subquery()
# What stands still is not late. There is little of it, while the queue is read in the index alone:
# so it is counted by itself and taken off.
_still = (
    select(Task.due_on)
    .join(Case, Case.id == Task.case_id)
    .where(Case.suspended | Case.correction_pending, Task.state == "open")
    .where(or_(_MINE, select(literal(1)).select_from(_pool).where(*_IN_POOL).exists()))
    .subquery()
)
_today, _tomorrow = bindparam("today", type_=Date), bindparam("soon", type_=Date)


def _late(found: Any) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", found.c.due_on < _today)


def _soon(found: Any) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", found.c.due_on.between(_today, _tomorrow))


def _of_still(condition: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(_still).where(condition).scalar_subquery()


_COUNTS = Fixed(
    select(
        _queue.c.function,
        func.count().label("all"),
        func.count().filter(_queue.c.mine).label("mine"),
        func.count().filter(_late(_queue)).label("overdue"),
        func.count().filter(_soon(_queue)).label("soon"),
        _of_still(_late(_still)).label("still_overdue"),
        _of_still(_soon(_still)).label("still_soon"),
    ).group_by(_queue.c.function)
)


async def _counts(session: AsyncSession, viewer: Viewer, reach: dict[str, Any]) -> s.TaskCounts:
    days = {"today": viewer.today, "soon": viewer.today + timedelta(days=1)}
    rows = await _COUNTS.rows(session, {**days, **reach})
    mine = sum(row.mine for row in rows)
    return s.TaskCounts(
        mine=mine,
        pool=sum(row.all for row in rows) - mine,
        overdue=sum(row.overdue for row in rows) - (rows[0].still_overdue if rows else 0),
        due_soon=sum(row.soon for row in rows) - (rows[0].still_soon if rows else 0),
        by_function={row.function: row.all for row in rows},
    )
