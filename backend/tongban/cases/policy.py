"""Who sees which case, and who may work which task."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, exists, func, or_
from sqlalchemy.dialects.postgresql import ARRAY

from tongban.cases.models import Case, CaseScope, Task
from tongban.cases.rules import Party, Situation, Status, TaskView
from tongban.identity.actor import Actor, Grant
from tongban.identity.roles import PERMISSIONS, Permission, Role
from tongban.organisations.tree import Kind, Tree, Unit


def own_scope(tree: Tree, actor: Actor) -> list[int]:
    """Organisations whose cases the actor sees by right: those of their reading grants.

    One that lies below another is left out: the scope rows of the upper one hold its cases.
    """
    reading = (g for g in actor.grants if Permission.CASES_READ in PERMISSIONS[g.role])
    known = ((g.role, tree.get(g.organisation_id)) for g in reading)
    return _topmost(tree, {seat(tree, role, unit).id for role, unit in known if unit})


def wide_scope(tree: Tree, actor: Actor) -> list[int]:
    """Scope of the comprehensive query: the whole body that each such grant belongs to."""
    held = actor.organisations(Permission.CASES_QUERY_WIDE)
    return _topmost(tree, {tree.body(tree[unit]).id for unit in held if tree.get(unit)})


@lru_cache(maxsize=4096)
def readable_scope(tree: Tree, actor: Actor) -> tuple[int, ...]:
    """Everything that the actor may open by number."""
    return tuple(_topmost(tree, {*own_scope(tree, actor), *wide_scope(tree, actor)}))


def _topmost(tree: Tree, organisations: Iterable[int]) -> list[int]:
    ids = {unit for unit in organisations if tree.get(unit)}
    return sorted(
        unit for unit in ids if not any(above.id in ids for above in tree.ancestors(tree[unit]))
    )


VISIBLE = and_(
    exists().where(
        CaseScope.case_id == Case.id,
        CaseScope.organisation_id == func.any(bindparam("scope", type_=ARRAY(Integer))),
    ),
    or_(Case.status != Status.DRAFT, Case.registered_by == bindparam("me", type_=Integer)),
)
"""The cases in scope that somebody may see; a draft is only its writer's. Made once, since
building statements costs more than running them; its parameters come from `seen_by`."""


def seen_by(actor: Actor, organisations: Sequence[int]) -> dict[str, Any]:
    """The parameters of `VISIBLE`."""
    return {"scope": organisations, "me": actor.staff_id}


@lru_cache(maxsize=4096)
def pools(tree: Tree, grants: tuple[Grant, ...]) -> dict[Role, frozenset[int]]:
    """For each role the organisations whose tasks it may take.

    A grant acts for its organisation and what belongs to the same body below it: at a street
    for its hall and sections, not for its communities.
    """
    found: dict[Role, set[int]] = {}
    for grant in grants:
        unit = tree.get(grant.organisation_id)
        if unit is None:
            continue
        unit = seat(tree, grant.role, unit)
        acting = found.setdefault(grant.role, set())
        acting.add(unit.id)
        body = tree.body(unit)
        acting.update(u.id for u in tree.descendants(unit) if tree.body(u) == body)
    return {role: frozenset(units) for role, units in found.items()}


def seat(tree: Tree, role: Role, unit: Unit) -> Unit:
    """For whom counter staff work: at a window for its hall, at a community's unit for the
    community, where its cases are taken in."""
    at_counter = unit.kind is Kind.WINDOW or tree.body(unit).kind is Kind.COMMUNITY
    if at_counter and role in (Role.CLERK, Role.PRE_REVIEWER):
        return tree.counter_of(unit)
    return unit


def acts_for(tree: Tree, actor: Actor, role: str, organisation_id: int) -> bool:
    """Whether the actor has this role for tasks at this organisation."""
    return organisation_id in pools(tree, actor.grants).get(Role(role), frozenset())


def supervises(tree: Tree, actor: Actor, units: Iterable[Unit]) -> bool:
    """Whether the actor supervises one of these organisations or something above it."""
    held = {
        grant.organisation_id
        for grant in actor.grants
        if Permission.CASES_REASSIGN in PERMISSIONS[grant.role]
    }
    return any(above.id in held for unit in units for above in (unit, *tree.ancestors(unit)))


def situation(tree: Tree, actor: Actor, case: Case, tasks: list[Task]) -> Situation:
    """The case as the rules see it for this actor. `tasks`: the open ones."""
    return Situation(
        status=Status(case.status),
        suspended=case.suspended,
        correction_pending=case.correction_pending,
        correction_told=case.correction_told,
        returned=case.returned,
        promise_open=case.promise_open,
        extension_pending=case.extension_asked_days is not None,
        extension_requested_by_me=case.extension_asked_by == actor.staff_id,
        tasks=tuple(
            TaskView(
                task.function,
                acts_for(tree, actor, task.role, task.organisation_id),
                task.claimed_by == actor.staff_id,
                task.claimed_by is None,
            )
            for task in tasks
        ),
        parties=_parties(tree, actor, case, tasks),
    )


def _parties(tree: Tree, actor: Actor, case: Case, tasks: list[Task]) -> frozenset[Party]:
    parties = set()
    if case.registered_by == actor.staff_id and case.status == Status.DRAFT:
        parties.add(Party.REGISTRAR)
    if acts_for(tree, actor, Role.CLERK, case.accepting_id):
        parties.add(Party.ACCEPTING)
    if _carries(tree, actor, case, tasks):
        parties.add(Party.CARRIER)
    # Handing out the result is no part of deciding: what was decided stays the responsible's.
    working = [task for task in tasks if task.function != "issue"]
    units = [tree[task.organisation_id] for task in working] or [tree[case.responsible_id]]
    if supervises(tree, actor, units):
        parties.add(Party.SUPERVISOR)
    return frozenset(parties)


def _carries(tree: Tree, actor: Actor, case: Case, tasks: list[Task]) -> bool:
    if not any(task.function == "approve" for task in tasks):
        return False
    carriers = [step for step in case.path if step["function"] == "carry_out"]
    return any(acts_for(tree, actor, step["role"], step["organisation_id"]) for step in carriers)


def route_body(tree: Tree, case: Case, task: Task) -> Unit:
    """The street, community or bureau that the route names for the task's step: whose power it is
    to decide follows from the matter, and no transfer changes it (decision 0100)."""
    named = {step["key"]: step["organisation_id"] for step in case.path}
    return tree.body(tree[named.get(task.step_key, task.organisation_id)])


def transfer_units(tree: Tree, case: Case, task: Task) -> list[Unit]:
    """Where a task may be transferred: what a selector can mean, within the route's body."""
    body = route_body(tree, case, task)
    return [
        unit
        for unit in (body, *tree.descendants(body))
        if tree.body(unit) == body and unit.kind in _HAS_TASKS and unit.active
    ]


_HAS_TASKS = frozenset({Kind.COMMUNITY, Kind.BUREAU, Kind.SECTION, Kind.HALL})


def may_edit(case: Case, view: Situation) -> bool:
    """What a case says is edited as a draft by its writer, and later only by who prepares it
    while nothing is decided or after it came back."""
    if case.status == Status.DRAFT:
        return Party.REGISTRAR in view.parties
    preparing = any(t.held and t.function in {"accept", "first_review"} for t in view.tasks)
    return preparing and not view.suspended and (view.returned or case.status == Status.RECEIVED)
