"""Giving and taking roles."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core.problems import FieldError, Invalid
from tongban.core.settings import Settings
from tongban.core.texts import Text
from tongban.identity import accounts, audit, policy, signin
from tongban.identity.actor import Actor, Grant
from tongban.identity.models import GrantRow, Staff
from tongban.identity.problems import ExclusiveRoles, OwnAccount
from tongban.identity.roles import Permission, Role
from tongban.identity.schemas import GrantInput, GrantsInput, StaffView
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

_UNKNOWN = Text("没有这个机构", "No such organisation")
_OUT_OF_REACH = Text("该机构不在您的管理范围内", "This organisation is outside your reach")
_INACTIVE = Text("该机构已停用", "This organisation is no longer active")
_EXCLUSIVE = Text(
    "三类管理员不得由同一账号兼任", "One account may not be two kinds of administrator"
)


async def set_grants(
    session: AsyncSession, settings: Settings, actor: Actor, username: str, wanted: GrantsInput
) -> StaffView:
    """Make the account hold exactly these roles within the actor's reach; others stay.

    Raises `OwnAccount` (nobody grants to themselves), `Invalid` with a pointer to each grant that
    is out of reach, `ExclusiveRoles`. Somebody who thereby needs an authenticator and has none
    is signed out, and asked for one at the next sign-in.
    """
    tree = await get_tree(session)
    staff = await accounts.kept_account(session, tree, actor, username, Permission.ROLES_GRANT)
    if staff.id == actor.staff_id:
        raise OwnAccount
    held = {
        Grant(Role(row.role), row.organisation_id)
        for row in await session.scalars(select(GrantRow).where(GrantRow.staff_id == staff.id))
    }
    asked = _read(tree, actor, wanted.grants, held)
    kept = {
        grant
        for grant in held
        if not policy.reaches(tree, actor, Permission.ROLES_GRANT, tree[grant.organisation_id])
    }
    final = kept | asked
    if len(ADMINISTRATORS & {grant.role for grant in final}) > 1:
        raise ExclusiveRoles.field("/grants", ExclusiveRoles.code, _EXCLUSIVE)
    await _write(session, staff, held, final)
    if not staff.totp_confirmed and any(grant.role in settings.totp_roles for grant in final):
        await signin.revoke_sessions(session, staff.id)
    await audit.record(
        session,
        actor=actor,
        action="roles.granted",
        subject=f"staff:{username}",
        reason=wanted.reason,
        details={
            "given": _named(tree, final - held),
            "taken": _named(tree, held - final),
        },
    )
    return await accounts.get_staff(session, actor, username)


def _read(tree: Tree, actor: Actor, wanted: list[GrantInput], held: set[Grant]) -> set[Grant]:
    """What is asked for. A grant out of reach, or at an organisation that is no longer active, may
    stay, not come."""
    errors: list[FieldError] = []
    grants: set[Grant] = set()
    for place, item in enumerate(wanted):
        unit = tree.find(item.organisation_code)
        pointer = f"/grants/{place}/organisation_code"
        if unit is None:
            errors.append(FieldError(pointer, "unknown_organisation", _UNKNOWN))
        elif (grant := Grant(item.role, unit.id)) in held:
            grants.add(grant)
        elif not policy.reaches(tree, actor, Permission.ROLES_GRANT, unit):
            errors.append(FieldError(pointer, "out_of_reach", _OUT_OF_REACH))
        elif not unit.active:
            errors.append(FieldError(pointer, "inactive_organisation", _INACTIVE))
        else:
            grants.add(grant)
    if errors:
        raise Invalid(errors=errors)
    return grants


async def _write(session: AsyncSession, staff: Staff, held: set[Grant], final: set[Grant]) -> None:
    for grant in held - final:
        await session.execute(
            delete(GrantRow).where(
                GrantRow.staff_id == staff.id,
                GrantRow.role == grant.role,
                GrantRow.organisation_id == grant.organisation_id,
            )
        )
    session.add_all(
        GrantRow(staff_id=staff.id, role=grant.role, organisation_id=grant.organisation_id)
        for grant in final - held
    )
    await session.flush()


def _named(tree: Tree, grants: set[Grant]) -> list[str]:
    return sorted(f"{grant.role}@{tree[grant.organisation_id].code}" for grant in grants)
