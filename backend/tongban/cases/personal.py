"""The full personal data of a case: opened only here, behind row-level security."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases.models import CasePersonal
from tongban.cases.policy import readable_scope
from tongban.cases.sealing import Secrets, open_secrets
from tongban.core.problems import NotFound
from tongban.identity.actor import Actor
from tongban.organisations.tree import Tree, Unit


async def set_scope(session: AsyncSession, tree: Tree, actor: Actor) -> None:
    """Tell row-level security, until the transaction ends, what this actor may read."""
    scope = ",".join(str(unit) for unit in readable_scope(tree, actor))
    await session.execute(select(func.set_config("tongban.scope", scope, True)))


async def scope_to(session: AsyncSession, unit: Unit) -> None:
    """Let row-level security show, until the transaction ends, the cases of this organisation:
    for who was permitted more than their own cases."""
    await session.execute(select(func.set_config("tongban.scope", str(unit.id), True)))


async def cases_of(
    session: AsyncSession, tree: Tree, actor: Actor, index: bytes, within: Unit
) -> list[UUID]:
    """The cases of an applicant anywhere below `within`, also those that the actor may not see:
    their ids and nothing of what they say. Afterwards the scope is the actor's again."""
    await scope_to(session, within)
    found = await session.scalars(
        select(CasePersonal.case_id).where(CasePersonal.id_index == index)
    )
    ids = list(found)
    await set_scope(session, tree, actor)
    return ids


async def load(session: AsyncSession, tree: Tree, actor: Actor | None, case_id: UUID) -> Secrets:
    """The real values of a case. Raises `NotFound` where row-level security hides them."""
    if actor is not None:
        await set_scope(session, tree, actor)
    sealed = await session.scalar(
        select(CasePersonal.sealed).where(CasePersonal.case_id == case_id)
    )
    if sealed is None:
        raise NotFound
    return open_secrets(case_id, sealed)
