"""Work without a worker: handing on the tasks of who leaves, and queues that nobody staffs."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import schemas as s
from tongban.cases.colleagues import grants_of
from tongban.cases.inputs import ActionIn, HandOverIn
from tongban.cases.models import Case, Task
from tongban.cases.policy import pools, supervises
from tongban.cases.presenting import place_in
from tongban.cases.problems import NobodyToHandTo
from tongban.cases.rules import Action
from tongban.cases.transitions import work_on
from tongban.core.db import AnyRow
from tongban.core.problems import Forbidden, NotFound
from tongban.core.settings import Settings
from tongban.identity import audit
from tongban.identity.actor import Actor, Grant
from tongban.identity.models import GrantRow, Staff
from tongban.identity.roles import Role
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree


async def hand_over(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    username: str,
    body: HandOverIn,
) -> s.HandedOver:
    """Every open task that `username` holds goes to `to_staff`, or back to its pool.

    All or nothing. Raises `NotFound`, `Forbidden` where a task lies outside what the actor
    supervises, `NobodyToHandTo` where the taker lacks a task's role.
    """
    tree = await get_tree(session)
    leaver = await _staff(session, username)
    taker = await _staff(session, body.to_staff) if body.to_staff else None
    grants = await grants_of(session, [taker] if taker and taker.active else [])
    reach = pools(tree, grants.get(taker.id, ())) if taker else {}
    held = await session.execute(
        select(Task, Case)
        .join(Case, Case.id == Task.case_id)
        .where(Task.claimed_by == leaver.id, Task.state == "open")
        .order_by(Case.id)
        .with_for_update()
    )
    rows = held.all()
    for task, case in rows:
        if not supervises(tree, actor, [tree[task.organisation_id]]):
            raise Forbidden
        if taker and task.organisation_id not in reach.get(Role(task.role), frozenset()):
            raise NobodyToHandTo
        change = ActionIn(action=Action.TRANSFER, comment=body.reason)
        work = await work_on(session, settings, actor, tree, case, change)
        work.task = next(t for t in work.tasks if t.id == task.id)
        work.task.claimed_by = taker.id if taker else None
        work.log(
            "handed_over",
            case.status,
            from_staff=leaver.username,
            to_staff=taker.username if taker else None,
        )
        await work.save()
    await audit.record(
        session,
        actor=actor,
        action="tasks.handed_over",
        subject=f"staff:{leaver.username}",
        reason=body.reason,
        details={"tasks": len(rows), "to": taker.username if taker else None},
    )
    return s.HandedOver(tasks=len(rows))


async def _staff(session: AsyncSession, username: str) -> Staff:
    staff = await session.scalar(select(Staff).where(Staff.username == username))
    if staff is None:
        raise NotFound
    return staff


async def alarms(session: AsyncSession, actor: Actor) -> list[s.AlarmOut]:
    """Queues with open tasks whose role no active member of staff holds there."""
    tree = await get_tree(session)
    return [
        s.AlarmOut(
            organisation=place_in(tree, unit.id),
            role=row.role,
            open_tasks=row.open,
            oldest_opened_at=row.oldest,
        )
        for row in await unstaffed(session, tree)
        if supervises(tree, actor, [unit := tree[row.organisation_id]])
    ]


async def unstaffed(
    session: AsyncSession, tree: Tree, cases: Collection[UUID] | None = None
) -> list[AnyRow]:
    """Queues that nobody can work: `organisation_id`, `role`, `open` tasks, `oldest` moment.

    With `cases` only these cases' tasks are looked at and counted.
    """
    query = (
        select(
            Task.organisation_id,
            Task.role,
            func.count().label("open"),
            func.min(Task.opened_at).label("oldest"),
        )
        .where(Task.state == "open")
        .group_by(Task.organisation_id, Task.role)
    )
    if cases is not None:
        query = query.where(Task.case_id.in_(cases))
    queues = await session.execute(query)
    staffed = await _staffed(session, tree)
    return [
        row for row in queues if row.organisation_id not in staffed.get(Role(row.role), frozenset())
    ]


async def _staffed(session: AsyncSession, tree: Tree) -> dict[Role, frozenset[int]]:
    """For each role the organisations whose tasks somebody active can work."""
    held = await session.execute(
        select(GrantRow.role, GrantRow.organisation_id)
        .join(Staff, Staff.id == GrantRow.staff_id)
        .where(Staff.active)
        .distinct()
    )
    return pools(tree, tuple(Grant(Role(row.role), row.organisation_id) for row in held))
