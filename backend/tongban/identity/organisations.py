"""The tree changed by its administrators, within their reach and on the record."""

from sqlalchemy.ext.asyncio import AsyncSession

from tongban.identity import audit, policy
from tongban.identity.actor import Actor
from tongban.identity.roles import Permission
from tongban.organisations import editing
from tongban.organisations.schemas import NewOrganisation, OrganisationChange, OrganisationView
from tongban.organisations.service import get_tree, known, named
from tongban.organisations.tree import Unit


async def add_organisation(
    session: AsyncSession, actor: Actor, new: NewOrganisation
) -> OrganisationView:
    """Raises `Forbidden` unless the actor keeps what it is put below, and what
    `editing.add_organisation` raises."""
    above = named(await get_tree(session), new.parent_code, "/parent_code")
    policy.demand(await get_tree(session), actor, Permission.ORGANISATIONS_EDIT, above)
    added = await editing.add_organisation(session, new)
    await audit.record(
        session,
        actor=actor,
        action="organisation.added",
        subject=f"organisation:{added.code}",
        details=new.model_dump(mode="json", exclude_defaults=True),
    )
    return added


async def change_organisation(
    session: AsyncSession, actor: Actor, code: str, change: OrganisationChange
) -> OrganisationView:
    """Switching on or off is for who keeps what is above: nobody shuts their own street.

    Raises `Forbidden` outside the actor's reach, and what `editing.change_organisation` does.
    """
    unit = await kept_organisation(session, actor, code)
    if change.active is not None and unit.parent is not None:
        tree = await get_tree(session)
        policy.demand(tree, actor, Permission.ORGANISATIONS_EDIT, tree[unit.parent])
    changed = await editing.change_organisation(session, code, change)
    await audit.record(
        session,
        actor=actor,
        action="organisation.changed",
        subject=f"organisation:{code}",
        details=change.model_dump(exclude_none=True),
    )
    return changed


async def kept_organisation(session: AsyncSession, actor: Actor, code: str) -> Unit:
    """The organisation, to who may change it. Raises `NotFound`, `Forbidden`."""
    tree = await get_tree(session)
    unit = known(tree, code)
    policy.demand(tree, actor, Permission.ORGANISATIONS_EDIT, unit)
    return unit
