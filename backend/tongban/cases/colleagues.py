"""Who can take over a task, and who holds tasks that may be handed on: names to choose from."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import presenting, reading
from tongban.cases.models import Case, Task
from tongban.cases.policy import pools, route_body, situation, supervises, transfer_units
from tongban.cases.problems import ActionNotAllowed, OutsideRoute, UnknownOrganisation
from tongban.cases.rules import Action, legal
from tongban.cases.work import open_tasks
from tongban.core.problems import Forbidden, NotFound
from tongban.core.schemas import OutputModel
from tongban.identity.actor import Actor, Grant
from tongban.identity.models import GrantRow, Staff
from tongban.identity.roles import Permission, Role
from tongban.organisations.schemas import OrganisationRef
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree

_SHOWN = 50

Queue = tuple[Role, int]
"""A role and the id of the organisation whose tasks it works."""


class Colleague(OutputModel):
    """Somebody to choose: who they are and how much they have in hand, nothing personal."""

    username: str
    name: str
    organisation: OrganisationRef
    roles: list[Role]
    active: bool
    open_tasks: int


async def units_of_task(
    session: AsyncSession, actor: Actor, task_id: UUID
) -> list[OrganisationRef]:
    """Where an open task can go. Only for who may transfer it.

    Raises `NotFound`, `ActionNotAllowed`.
    """
    tree, case, task = await _transferable(session, actor, task_id)
    return [presenting.place_in(tree, unit.id) for unit in transfer_units(tree, case, task)]


async def takers_of_task(
    session: AsyncSession, actor: Actor, task_id: UUID, organisation: str | None, q: str | None
) -> list[Colleague]:
    """Who can take an open task, or could at another organisation (a code); at most 50 by user
    name, without who holds it. Only for who may transfer it.

    Raises `NotFound`, `ActionNotAllowed`, `UnknownOrganisation`, `OutsideRoute`.
    """
    tree, case, task = await _transferable(session, actor, task_id)
    unit = tree.find(organisation) if organisation else tree[task.organisation_id]
    if unit is None:
        raise UnknownOrganisation(code=organisation).at("/organisation")
    if organisation and unit not in transfer_units(tree, case, task):
        raise OutsideRoute(body=route_body(tree, case, task).name).at("/organisation")
    return await _able(session, tree, {(Role(task.role), unit.id)}, q, task.claimed_by)


async def _transferable(
    session: AsyncSession, actor: Actor, task_id: UUID
) -> tuple[Tree, Case, Task]:
    task = await session.get(Task, task_id)
    if task is None or task.state != "open":
        raise NotFound
    case = await reading.find(session, actor, str(task.case_id))
    tree = await get_tree(session)
    view = situation(tree, actor, case, await open_tasks(session, case.id))
    if not legal(Action.TRANSFER, view):
        raise ActionNotAllowed(action=Action.TRANSFER)
    return tree, case, task


async def takers_of_all(
    session: AsyncSession, actor: Actor, username: str, q: str | None
) -> list[Colleague]:
    """Who can take every open task that `username` holds; nobody where there are none.

    Raises `NotFound`, `Forbidden` where a task lies outside what the actor supervises.
    """
    tree = await get_tree(session)
    leaver = await session.scalar(select(Staff.id).where(Staff.username == username))
    if leaver is None:
        raise NotFound
    held = await session.execute(
        select(Task.role, Task.organisation_id)
        .where(Task.claimed_by == leaver, Task.state == "open")
        .distinct()
    )
    queues = {(Role(row.role), row.organisation_id) for row in held}
    if not all(supervises(tree, actor, [tree[unit]]) for _, unit in queues):
        raise Forbidden
    return await _able(session, tree, queues, q, leaver) if queues else []


async def holders(session: AsyncSession, actor: Actor, q: str | None) -> list[Colleague]:
    """Who holds open tasks of organisations that the actor supervises, at most 50 by user name.

    Accounts that are switched off too: theirs are the tasks that wait for nobody.
    """
    tree = await get_tree(session)
    tops = [tree[unit] for unit in actor.organisations(Permission.CASES_REASSIGN)]
    reach = {unit.id for top in tops for unit in (top, *tree.descendants(top))}
    holding = select(Task.claimed_by).where(
        Task.state == "open", Task.claimed_by.is_not(None), Task.organisation_id.in_(reach)
    )
    found = _staff(q).where(Staff.id.in_(holding)).limit(_SHOWN)
    people = list(await session.scalars(found))
    return await _shown(session, tree, people, await grants_of(session, people))


async def _able(
    session: AsyncSession,
    tree: Tree,
    queues: Collection[Queue],
    q: str | None,
    without: int | None,
) -> list[Colleague]:
    """The active staff whose grants let them work all the queues."""
    query = _staff(q).where(Staff.active, Staff.id != (without or 0))
    for role, unit in queues:
        # A grant acts inside its body only: what is read stays small, `pools` decides.
        body = tree.body(tree[unit])
        inside = [body.id, *(u.id for u in tree.descendants(body) if tree.body(u) == body)]
        holding = select(GrantRow.staff_id).where(
            GrantRow.role == role, GrantRow.organisation_id.in_(inside)
        )
        query = query.where(Staff.id.in_(holding))
    people = list(await session.scalars(query))
    grants = await grants_of(session, people)
    able = [one for one in people if _works(tree, grants[one.id], queues)]
    return await _shown(session, tree, able[:_SHOWN], grants)


def _staff(q: str | None) -> Select[Staff]:
    """Accounts by user name; `q` is in the name or begins the user name."""
    query = select(Staff).order_by(Staff.username)
    if q:
        named = Staff.name.contains(q, autoescape=True)
        query = query.where(named | Staff.username.startswith(q.lower(), autoescape=True))
    return query


def _works(tree: Tree, grants: tuple[Grant, ...], queues: Iterable[Queue]) -> bool:
    reach = pools(tree, grants)
    return all(unit in reach.get(role, frozenset()) for role, unit in queues)


async def grants_of(session: AsyncSession, people: Iterable[Staff]) -> dict[int, tuple[Grant, ...]]:
    """What each of them may do, by the account's id."""
    held: dict[int, list[Grant]] = {one.id: [] for one in people}
    rows = await session.scalars(
        select(GrantRow).where(GrantRow.staff_id.in_(held)).order_by(GrantRow.id)
    )
    for row in rows:
        held[row.staff_id].append(Grant(Role(row.role), row.organisation_id))
    return {staff: tuple(grants) for staff, grants in held.items()}


async def _shown(
    session: AsyncSession, tree: Tree, people: list[Staff], grants: dict[int, tuple[Grant, ...]]
) -> list[Colleague]:
    counted = await session.execute(
        select(Task.claimed_by, func.count().label("open"))
        .where(Task.state == "open", Task.claimed_by.in_(one.id for one in people))
        .group_by(Task.claimed_by)
    )
    in_hand = {row.claimed_by: row.open for row in counted}
    return [
        Colleague(
            username=one.username,
            name=one.name,
            organisation=presenting.place_in(tree, one.organisation_id),
            roles=sorted({g.role for g in grants[one.id]}, key=list(Role).index),
            active=one.active,
            open_tasks=in_hand.get(one.id, 0),
        )
        for one in people
    ]
