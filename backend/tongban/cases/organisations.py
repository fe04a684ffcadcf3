"""What an organisation has in hand: told before it is switched off, and refused where that would
leave open tasks behind."""

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases.models import Case, CaseScope, Task
from tongban.cases.problems import StillHasTasks
from tongban.cases.rules import RUNNING, UNDECIDED, Status
from tongban.core.schemas import OutputModel
from tongban.identity import organisations
from tongban.identity.actor import Actor
from tongban.identity.models import GrantRow, Staff
from tongban.matters.models import MatterVersion, Offering
from tongban.organisations.schemas import OrganisationChange, OrganisationView
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Kind, Tree, Unit
from tongban.routing.definitions import Place, Selector


class OrganisationUse(OutputModel):
    """How much an organisation, and what is below it, has in hand; nothing of it personal."""

    open_tasks: int
    open_cases: int
    """Under way, and it takes part: a step may still come to it."""
    drafts: int
    """Cases that nobody has accepted yet, begun for its counter."""
    staff: int
    """Active accounts that belong there or hold a role there."""
    below: int
    """Active organisations below it, which go with it."""
    offerings: int
    """Exceptions to where matters are offered."""
    matters: int
    """Matters in force whose process names it."""


async def get_use(session: AsyncSession, actor: Actor, code: str) -> OrganisationUse:
    """What an organisation has in hand. Raises `NotFound`, `Forbidden`."""
    unit = await organisations.kept_organisation(session, actor, code)
    return await _use(session, await get_tree(session), unit)


async def change_organisation(
    session: AsyncSession, actor: Actor, code: str, change: OrganisationChange
) -> OrganisationView:
    """Raises `StillHasTasks` where it, or what goes with it, would be switched off with open tasks,
    and what `organisations.change_organisation` raises."""
    unit = await organisations.kept_organisation(session, actor, code)
    changed = await organisations.change_organisation(session, actor, code, change)
    if change.active is False and unit.active:
        count = await _open_tasks(session, _with_below(await get_tree(session), unit))
        if count:
            raise StillHasTasks(count=count).at("/active")
    return changed


async def _use(session: AsyncSession, tree: Tree, unit: Unit) -> OrganisationUse:
    """Counts, each a statement of its own: it is rarely asked."""
    ids = _with_below(tree, unit)
    running = UNDECIDED | RUNNING
    scope = select(CaseScope.case_id).where(CaseScope.organisation_id == unit.id)
    granted = select(GrantRow.staff_id).where(GrantRow.organisation_id.in_(ids))
    belongs = or_(Staff.organisation_id.in_(ids), Staff.id.in_(granted))
    return OrganisationUse(
        open_tasks=await _open_tasks(session, ids),
        open_cases=await _count(session, Case.id, Case.id.in_(scope), Case.status.in_(running)),
        drafts=await _count(
            session, Case.id, Case.status == Status.DRAFT, Case.accepting_id.in_(ids)
        ),
        staff=await _count(session, Staff.id, Staff.active.is_(True), belongs),
        below=sum(one.active for one in tree.descendants(unit)),
        offerings=await _count(session, Offering.matter_id, Offering.organisation_id.in_(ids)),
        matters=await _matters(session, tree, unit),
    )


def _with_below(tree: Tree, unit: Unit) -> list[int]:
    return [unit.id, *(below.id for below in tree.descendants(unit))]


async def _open_tasks(session: AsyncSession, ids: list[int]) -> int:
    return await _count(session, Task.id, Task.state == "open", Task.organisation_id.in_(ids))


async def _matters(session: AsyncSession, tree: Tree, unit: Unit) -> int:
    """Sections and bureaus are what a process names; below a community, its units."""
    if unit.kind is Kind.BUREAU:
        place = Place.DISTRICT
    elif unit.kind is Kind.SECTION:
        in_street = tree.body(unit).kind is Kind.STREET
        place = Place.HOME_STREET if in_street else Place.HOME_COMMUNITY
    else:
        return 0
    named = {"process": [{"unit": str(Selector(place, unit.name))}]}
    return await _count(
        session,
        MatterVersion.id,
        MatterVersion.state == "published",
        MatterVersion.content.contains(named),
    )


async def _count(session: AsyncSession, column: Any, *conditions: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count(column)).where(*conditions)) or 0
