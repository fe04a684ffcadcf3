"""One case as somebody may see it: its file, its history."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, Uuid, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from tongban.cases import events, presenting
from tongban.cases import schemas as s
from tongban.cases.clocks import Viewer, viewer_for
from tongban.cases.models import Case, CaseMaterial, Collection, Event, Task
from tongban.cases.policy import VISIBLE, may_edit, readable_scope, seen_by, situation
from tongban.cases.rules import allowed_actions
from tongban.core.fixed import Fixed
from tongban.core.problems import NotFound
from tongban.core.settings import Settings
from tongban.deadlines.service import REVISION, remember_revision
from tongban.files.models import File
from tongban.identity.actor import Actor
from tongban.identity.models import Staff
from tongban.identity.service import Glance, telling_who
from tongban.matters.service import version
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree

_ID = Case.id == bindparam("id", type_=Uuid)
_NUMBER = Case.number == bindparam("number", type_=String)
_FOUND = select(Case, REVISION).where(VISIBLE)
_FOUND_BY = {"id": _FOUND.where(_ID), "number": _FOUND.where(_NUMBER)}


def _key(number: str) -> tuple[str, UUID | str]:
    """What a case is asked for by: its number, or the id that a draft has instead."""
    try:
        return "id", UUID(number)
    except ValueError:
        return "number", number.upper()


async def find(session: AsyncSession, actor: Actor, number: str, *, lock: bool = False) -> Case:
    """A case that the actor may see, to work with.

    `lock` keeps its row until the transaction ends. Raises `NotFound`: what is invisible does
    not exist.
    """
    tree = await get_tree(session)
    seen = seen_by(actor, readable_scope(tree, actor))
    by, value = _key(number)
    statement = _FOUND_BY[by].with_for_update(of=Case) if lock else _FOUND_BY[by]
    row = (await session.execute(statement, {**seen, by: value})).one_or_none()
    if row is None:
        raise NotFound
    remember_revision(session, row.calendar_revision)
    case: Case = row.Case
    return case


Person = Sequence[str]
"""Username and name; empty for nobody."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task with the names of who claimed and who did it (username, name)."""

    task: Any
    """A `Task`, or a row of its columns."""
    claimer: Person
    doer: Person


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A line of the tick list with who checked it and its scans."""

    received: s.Received
    promised_by: date | str | None
    promise_missed: bool
    checker: Person
    checked_at: datetime | str | None
    scans: list[dict[str, Any]]
    note: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What belongs to a case, as its answer shows it."""

    registrar: Person
    tasks: list[TaskLine]
    materials: dict[str, MaterialLine]
    collections: list[dict[str, Any]] = field(default_factory=list)
    """A new case has none."""


async def present(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    case: Case,
    parts: Parts | None = None,
) -> s.CaseOut:
    """The answer for a case in hand. `parts` saves a query where they are known."""
    tree = await get_tree(session)
    viewer = await viewer_for(session, settings, tree)
    matter = await version(session, case.matter_version_id)
    parts = parts or _parts(await _LOAD_PARTS.row(session, {"id": case.id}))
    open_ones = [line.task for line in parts.tasks if line.task.state == "open"]
    view = situation(tree, actor, case, open_ones)
    held = {task.id: seen.held for task, seen in zip(open_ones, view.tasks, strict=True)}
    tasks = [_task(viewer, case, line, held.get(line.task.id, False)) for line in parts.tasks]
    # Plain inside, as `row_fields`: one model checked as a whole.
    shown = dict(
        presenting.row_fields(viewer, case, parts.registrar),
        version=case.version,
        query_code=case.query_code,
        matter_version=matter.number,
        issuing=presenting.place(viewer, case.issuing_id),
        agent=case.agent,
        form=case.form,
        materials=presenting.materials(matter.content.materials, parts.materials),
        tasks=tasks,
        path=presenting.path_steps(viewer, case, tasks),
        findings=case.findings,
        collections=[presenting.collection(line) for line in parts.collections],
        acceptance_due_on=case.acceptance_due_on,
        allowed_actions=list(allowed_actions(view)),
        may_edit=may_edit(case, view),
    )
    return s.CaseOut(**shown)


def _object(**columns: Any) -> ColumnElement[Any]:
    return func.json_build_object(*(part for pair in columns.items() for part in pair))


_claimer, _doer, _checker, _registrar, _recorder = (aliased(Staff) for _ in range(5))
_TASKS = (
    select(
        func.json_agg(
            aggregate_order_by(
                _object(
                    task=_object(**{c.key: c for c in Task.__table__.columns}),
                    claimer=func.array_remove(array([_claimer.username, _claimer.name]), None),
                    doer=func.array_remove(array([_doer.username, _doer.name]), None),
                ),
                Task.opened_at,
                Task.id,
            )
        )
    )
    .select_from(Task)
    .join(_claimer, _claimer.id == Task.claimed_by, isouter=True)
    .join(_doer, _doer.id == Task.done_by, isouter=True)
    .where(Task.case_id == Case.id)
    .correlate(Case)
    .scalar_subquery()
)
_FILE = _object(id=File.id, name=File.name, media_type=File.media_type, size=File.size)
_SCANS = case(  # most materials have none: looking all the same cost a tenth of the statement
    (
        func.cardinality(CaseMaterial.files) > 0,
        select(func.json_agg(_FILE))
        .where(File.id == func.any(CaseMaterial.files))
        .scalar_subquery(),
    )
)
_MATERIALS = (
    select(
        func.json_object_agg(
            CaseMaterial.key,
            _object(
                received=CaseMaterial.received,
                promised_by=CaseMaterial.promised_by,
                promise_missed=CaseMaterial.promise_missed,
                checker=func.array_remove(array([_checker.username, _checker.name]), None),
                checked_at=CaseMaterial.checked_at,
                scans=func.coalesce(_SCANS, func.json_build_array()),
                note=CaseMaterial.note,
            ),
        )
    )
    .select_from(CaseMaterial)
    .join(_checker, _checker.id == CaseMaterial.checked_by, isouter=True)
    .where(CaseMaterial.case_id == Case.id)
    .correlate(Case)
    .scalar_subquery()
)
_COLLECTIONS = (
    select(
        func.json_agg(
            aggregate_order_by(
                _object(
                    at=Collection.at,
                    method=Collection.method,
                    collected_by=Collection.collected_by,
                    tracking_number=Collection.tracking_number,
                    signature=select(_FILE)
                    .where(File.id == Collection.signature_file)
                    .scalar_subquery(),
                    recorder=array([_recorder.username, _recorder.name]),
                ),
                Collection.at,
            )
        )
    )
    .select_from(Collection)
    .join(_recorder, _recorder.id == Collection.staff_id)
    .where(Collection.case_id == Case.id)
    .correlate(Case)
    .scalar_subquery()
)
_PARTS = (
    _registrar.username.label("registrar"),
    _registrar.name.label("registrar_name"),
    _TASKS.label("tasks"),
    _MATERIALS.label("materials"),
    _COLLECTIONS.label("collections"),
)
"""All that belongs to a case, within the case's own statement: one snapshot of it all."""
_LOAD_PARTS = Fixed(
    select(*_PARTS)
    .select_from(Case)
    .join(_registrar, _registrar.id == Case.registered_by)
    .where(_ID)
)
_NOT_SHOWN = ("head_hash", "head_seal", "names", "search")
_shown = (
    select(
        *(c for c in Case.__table__.columns if c.key not in _NOT_SHOWN),
        *_PARTS,
        REVISION,
    )
    .join(_registrar, _registrar.id == Case.registered_by)
    .where(VISIBLE)
)
_BY = {"id": _shown.where(_ID), "number": _shown.where(_NUMBER)}
_SHOWN_BY = {by: Fixed(shown) for by, shown in _BY.items()}
_GLANCED_BY = {by: telling_who(shown) for by, shown in _BY.items()}


async def read_case(
    session: AsyncSession, settings: Settings, actor: Actor, number: str
) -> s.CaseOut:
    """A case that the actor may see. Raises `NotFound`."""
    seen = seen_by(actor, readable_scope(await get_tree(session), actor))
    by, value = _key(number)
    case = await _SHOWN_BY[by].row(session, {**seen, by: value})
    if case is None:
        raise NotFound
    return await _shown_as(session, settings, actor, case)


async def look_up(glance: Glance, number: str) -> s.CaseOut:
    """A case that who is asking may see. Raises `NotFound`."""
    by, value = _key(number)

    def asked(actor: Actor, tree: Tree) -> dict[str, Any]:
        return {**seen_by(actor, readable_scope(tree, actor)), by: value}

    actor, case = await glance.row(_GLANCED_BY[by], asked)
    if case.id is None:
        raise NotFound
    return await _shown_as(glance.session, glance.settings, actor, case)


async def _shown_as(
    session: AsyncSession, settings: Settings, actor: Actor, case: Any
) -> s.CaseOut:
    remember_revision(session, case.calendar_revision)
    return await present(session, settings, actor, case, _parts(case))


def _parts(row: Any) -> Parts:
    """The parts in a row of `_PARTS`."""
    return Parts(
        registrar=(row.registrar, row.registrar_name),
        tasks=[
            TaskLine(SimpleNamespace(**line["task"]), line["claimer"], line["doer"])
            for line in row.tasks or ()
        ],
        materials={key: MaterialLine(**line) for key, line in (row.materials or {}).items()},
        collections=row.collections or [],
    )


def _task(viewer: Viewer, case: Case, line: TaskLine, workable: bool) -> dict[str, Any]:
    """`TaskOut`."""
    task = line.task
    is_open = task.state == "open"
    return {
        "id": task.id,
        "step_key": task.step_key,
        "function": task.function,
        "role": task.role,
        "organisation": presenting.place(viewer, task.organisation_id),
        "state": task.state,
        "claimed_by": presenting.staff(line.claimer),
        "opened_at": task.opened_at,
        "due_on": presenting.due_on(case, task.due_on) if is_open else task.due_on,
        "done_at": task.done_at,
        "done_by": presenting.staff(line.doer),
        "workable": workable,
    }


async def read_events(session: AsyncSession, actor: Actor, number: str) -> s.EventsOut:
    """The history, oldest first, and whether its chain holds."""
    case = await find(session, actor, number)
    tree = await get_tree(session)
    links = list(
        await session.scalars(
            select(Event)
            .where(Event.month == case.month, Event.case_id == case.id)
            .order_by(Event.seq)
        )
    )
    fault = events.verify(case, links)
    return s.EventsOut(items=[_event(tree, link) for link in links], intact=fault is None)


def _event(tree: Tree, link: Event) -> s.EventOut:
    unit = tree.find(link.organisation) if link.organisation else None
    return s.EventOut(
        seq=link.seq,
        at=link.at,
        event=link.event,
        actor=link.actor,
        actor_name=link.actor_name,
        organisation=link.organisation,
        organisation_name=unit.name if unit else "",
        from_status=link.from_status,
        to_status=link.to_status,
        step_key=link.step_key,
        comment=link.comment,
        details=link.details,
        prev_hash=link.prev_hash.hex(),
        hash=link.hash.hex(),
    )
