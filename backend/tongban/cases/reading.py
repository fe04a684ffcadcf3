"""One case as somebody may see it: its file, its history."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from tongban.cases import events, presenting
from tongban.cases import schemas as s
from tongban.cases.clocks import Viewer, viewer_for
from tongban.cases.models import Case, CaseMaterial, Event, Task
from tongban.cases.policy import may_edit, readable_scope, situation, visible
from tongban.cases.rules import allowed_actions
from tongban.core.db import AnyRow
from tongban.core.problems import NotFound
from tongban.core.settings import Settings
from tongban.files.models import File
from tongban.identity.actor import Actor
from tongban.identity.models import Staff
from tongban.identity.schemas import StaffRef
from tongban.matters.service import version
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree


def by_number(number: str) -> ColumnElement[bool]:
    """A case's number, or the id that a draft has instead."""
    try:
        return Case.id == UUID(number)
    except ValueError:
        return Case.number == number.upper()


async def find(session: AsyncSession, actor: Actor, number: str) -> Case:
    """A case that the actor may see. Raises `NotFound`: what is invisible does not exist."""
    tree = await get_tree(session)
    case = await session.scalar(
        select(Case).where(by_number(number), visible(actor, readable_scope(tree, actor)))
    )
    if case is None:
        raise NotFound
    return case


async def read_case(
    session: AsyncSession, settings: Settings, actor: Actor, number: str
) -> s.CaseOut:
    return await present(session, settings, actor, await find(session, actor, number))


async def present(session: AsyncSession, settings: Settings, actor: Actor, case: Case) -> s.CaseOut:
    """The answer for a case in hand: two more queries, tasks and materials."""
    tree = await get_tree(session)
    viewer = await viewer_for(session, settings, tree)
    matter = await version(session, case.matter_version_id)
    rows = await _task_rows(session, case.id)
    open_ones = [row.Task for row in rows if row.Task and row.Task.state == "open"]
    view = situation(tree, actor, case, open_ones)
    held = {task.id: seen.held for task, seen in zip(open_ones, view.tasks, strict=True)}
    tasks = [_task(viewer, row, held.get(row.Task.id, False)) for row in rows if row.Task]
    registrar = StaffRef(username=rows[0].registrar, name=rows[0].registrar_name)
    return s.CaseOut(
        **presenting.row_fields(viewer, case, registrar),
        version=case.version,
        query_code=case.query_code,
        matter_version=matter.number,
        issuing=presenting.place(viewer, case.issuing_id),
        agent=s.AgentOut(**case.agent) if case.agent else None,
        form=case.form,
        materials=presenting.materials(
            matter.content.materials, await _material_rows(session, case.id)
        ),
        tasks=tasks,
        path=presenting.path_steps(viewer, case, tasks),
        findings=[s.FindingOut(**finding) for finding in case.findings],
        acceptance_due_on=case.acceptance_due_on,
        allowed_actions=allowed_actions(view),
        may_edit=may_edit(case, view),
    )


async def _task_rows(session: AsyncSession, case_id: UUID) -> Sequence[AnyRow]:
    """The case's tasks, oldest first, with names; one row without a task where it has none."""
    claimer, doer, registrar = aliased(Staff), aliased(Staff), aliased(Staff)
    found = await session.execute(
        select(
            Task,
            claimer.username.label("claimer"),
            claimer.name.label("claimer_name"),
            doer.username.label("doer"),
            doer.name.label("doer_name"),
            registrar.username.label("registrar"),
            registrar.name.label("registrar_name"),
        )
        .select_from(Case)
        .join(registrar, registrar.id == Case.registered_by)
        .join(Task, Task.case_id == Case.id, isouter=True)
        .join(claimer, claimer.id == Task.claimed_by, isouter=True)
        .join(doer, doer.id == Task.done_by, isouter=True)
        .where(Case.id == case_id)
        .order_by(Task.opened_at, Task.id)
    )
    return found.all()


def _task(viewer: Viewer, row: AnyRow, workable: bool) -> s.TaskOut:
    task: Task = row.Task
    return s.TaskOut(
        id=task.id,
        step_key=task.step_key,
        function=task.function,
        role=task.role,
        organisation=presenting.place(viewer, task.organisation_id),
        state=task.state,
        claimed_by=presenting.staff(row.claimer, row.claimer_name),
        opened_at=task.opened_at,
        due_on=task.due_on,
        done_at=task.done_at,
        done_by=presenting.staff(row.doer, row.doer_name),
        workable=workable,
    )


async def _material_rows(session: AsyncSession, case_id: UUID) -> dict[str, AnyRow]:
    """The tick list by key, with who checked each line and its scans."""
    scans = (
        select(
            func.json_agg(
                func.json_build_object(
                    "id",
                    File.id,
                    "name",
                    File.name,
                    "media_type",
                    File.media_type,
                    "size",
                    File.size,
                )
            )
        )
        .where(File.id == func.any(CaseMaterial.files))
        .scalar_subquery()
    )
    found = await session.execute(
        select(*CaseMaterial.__table__.columns, Staff.username, Staff.name, scans.label("scans"))
        .select_from(CaseMaterial)
        .join(Staff, Staff.id == CaseMaterial.checked_by, isouter=True)
        .where(CaseMaterial.case_id == case_id)
    )
    return {row.key: row for row in found}


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
    broken = events.verify(case.id, case.version, case.head_hash, links)
    return s.EventsOut(items=[_event(tree, link) for link in links], intact=broken is None)


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
