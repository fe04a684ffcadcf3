"""Account administration and the audit log."""

from typing import Annotated

from fastapi import Depends, Header, Path, Query

from tongban.core.db import SessionDep
from tongban.core.http import Router, problem_responses
from tongban.core.pages import Cursor, Limit
from tongban.core.problems import Forbidden, Invalid, KeyReused, NotFound, Unauthenticated
from tongban.core.spans import Moment
from tongban.identity import accounts, granting, trail
from tongban.identity.actor import Actor
from tongban.identity.problems import ExclusiveRoles, OwnAccount, UnknownStaff, UsernameTaken
from tongban.identity.roles import Permission, Role
from tongban.identity.schemas import (
    AuditPage,
    GrantsInput,
    NewStaff,
    NewStaffView,
    OneTimePassword,
    StaffChange,
    StaffPage,
    StaffView,
)
from tongban.identity.service import SettingsDep, require
from tongban.organisations.problems import UnknownOrganisation

router = Router(tags=["accounts"], responses=problem_responses(Unauthenticated, Forbidden))

Keeper = Annotated[Actor, Depends(require(Permission.ACCOUNTS_EDIT, Permission.ROLES_GRANT))]
Editor = Annotated[Actor, Depends(require(Permission.ACCOUNTS_EDIT))]
Granter = Annotated[Actor, Depends(require(Permission.ROLES_GRANT))]
Auditor = Annotated[Actor, Depends(require(Permission.AUDIT_READ))]

Words = Annotated[str | None, Query(max_length=60, pattern=r"^[^\x00]*$")]
Code = Annotated[str | None, Query(max_length=40)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=100)]
Username = Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$")]


@router.get("/staff", responses=problem_responses(Invalid, UnknownOrganisation))
async def list_staff(
    actor: Keeper,
    session: SessionDep,
    q: Words = None,
    organisation: Code = None,
    role: Role | None = None,
    active: bool | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> StaffPage:
    """The accounts that one keeps; `organisation` includes what is below it."""
    return await accounts.list_staff(
        session,
        actor,
        q=q,
        organisation=organisation,
        role=role,
        active=active,
        limit=limit,
        cursor=cursor,
    )


@router.post(
    "/staff", status_code=201, responses=problem_responses(UsernameTaken, Invalid, KeyReused)
)
async def create_staff(
    new: NewStaff, actor: Editor, session: SessionDep, key: Key = None
) -> NewStaffView:
    """Make an account, without roles yet; the first password is shown this once, and to a retry
    with the same Idempotency-Key."""
    return await accounts.create_staff(session, actor, new, key)


@router.get("/staff/{username}", responses=problem_responses(NotFound))
async def get_staff(username: Username, actor: Keeper, session: SessionDep) -> StaffView:
    """One account with its roles."""
    return await accounts.get_staff(session, actor, username)


@router.patch("/staff/{username}", responses=problem_responses(NotFound, OwnAccount, Invalid))
async def change_staff(
    username: Username, change: StaffChange, actor: Editor, session: SessionDep
) -> StaffView:
    """Change name, organisation or contact, or switch the account on or off."""
    return await accounts.change_staff(session, actor, username, change)


@router.put(
    "/staff/{username}/grants",
    responses=problem_responses(NotFound, OwnAccount, Invalid, ExclusiveRoles),
)
async def set_grants(
    username: Username,
    wanted: GrantsInput,
    actor: Granter,
    settings: SettingsDep,
    session: SessionDep,
) -> StaffView:
    """Say which roles the account holds from now on; nobody does this to themselves."""
    return await granting.set_grants(session, settings, actor, username, wanted)


@router.post("/staff/{username}/reset-password", responses=problem_responses(NotFound, OwnAccount))
async def reset_password(username: Username, actor: Editor, session: SessionDep) -> OneTimePassword:
    """A one-time password to hand over."""
    return await accounts.reset_password(session, actor, username)


@router.post("/staff/{username}/unlock", status_code=204, responses=problem_responses(NotFound))
async def unlock_staff(username: Username, actor: Editor, session: SessionDep) -> None:
    """End a lock-out early."""
    await accounts.unlock(session, actor, username)


@router.post(
    "/staff/{username}/reset-totp",
    status_code=204,
    responses=problem_responses(NotFound, OwnAccount),
)
async def reset_totp(username: Username, actor: Granter, session: SessionDep) -> None:
    """Forget a lost authenticator; the security administrator's part, passwords are another's."""
    await accounts.reset_totp(session, actor, username)


@router.get("/audit", responses=problem_responses(Invalid, UnknownStaff))
async def list_audit(
    actor: Auditor,
    session: SessionDep,
    username: Words = None,
    action: Words = None,
    subject: Words = None,
    since: Moment | None = None,
    before: Moment | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditPage:
    """The trail, latest first. `action` and `subject` match from the beginning."""
    wanted = trail.Wanted(username, action, subject, since, before)
    return await trail.list_audit(session, actor, wanted, limit=limit, cursor=cursor)
