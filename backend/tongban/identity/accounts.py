"""Account administration: who has an account, in which organisation, with which roles.

Making accounts and granting roles belong to different people, and so do the two factors: the
system administrator resets passwords, the security administrator resets authenticators, so
that neither alone can take over an account that has both.
"""

from collections.abc import Sequence
from datetime import timedelta

import orjson
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.pages import decode_cursor, encode_cursor
from tongban.core.privacy import sm3
from tongban.core.problems import Invalid, KeyReused, NotFound
from tongban.core.settings import Settings
from tongban.core.texts import Text
from tongban.identity import audit, passwords, policy, signin
from tongban.identity.actor import Actor, Grant
from tongban.identity.models import AccountKey, GrantRow, Staff
from tongban.identity.presenting import open_contact, seal_contact, staff_row, staff_view
from tongban.identity.problems import OwnAccount, UsernameTaken
from tongban.identity.roles import Permission, Role
from tongban.identity.schemas import (
    NewStaff,
    NewStaffView,
    OneTimePassword,
    StaffChange,
    StaffPage,
    StaffView,
)
from tongban.organisations import service as organisations
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Tree, Unit

_NO_SUCH_ORGANISATION = Text("没有这个机构，或已停用", "No such organisation, or no longer active")


async def list_staff(
    session: AsyncSession,
    actor: Actor,
    *,
    q: str | None,
    organisation: str | None,
    role: Role | None,
    active: bool | None,
    limit: int,
    cursor: str | None,
) -> StaffPage:
    """Accounts that the actor keeps, by user name. `organisation` includes what is below it.

    Raises `UnknownOrganisation`.
    """
    tree = await get_tree(session)
    query = (
        select(Staff)
        .where(Staff.organisation_id.in_(policy.administered(actor)))
        .order_by(Staff.username)
        .limit(limit + 1)
    )
    if q:
        found = Staff.name.contains(q, autoescape=True)
        query = query.where(found | Staff.username.startswith(q.lower(), autoescape=True))
    if organisation:
        below = organisations.named_with_below(tree, organisation, "/organisation")
        query = query.where(Staff.organisation_id.in_(below))
    if role:
        query = query.where(Staff.id.in_(select(GrantRow.staff_id).where(GrantRow.role == role)))
    if active is not None:
        query = query.where(Staff.active == active)
    after = decode_cursor(cursor, (str,))
    if after:
        query = query.where(Staff.username > after[0])
    rows = list(await session.scalars(query))
    page = rows[:limit]
    held = await _grants_of(session, [row.id for row in page])
    return StaffPage(
        items=[staff_row(tree, row, held.get(row.id, [])) for row in page],
        next_cursor=encode_cursor(page[-1].username) if len(rows) > limit else None,
    )


async def get_staff(session: AsyncSession, actor: Actor, username: str) -> StaffView:
    """One account. Raises `NotFound` outside the actor's reach."""
    tree = await get_tree(session)
    return await _view(session, tree, await _kept(session, tree, actor, username))


async def create_staff(
    session: AsyncSession, actor: Actor, new: NewStaff, key: str | None
) -> NewStaffView:
    """An account without roles and with a first password to be changed at the first sign-in.

    A retry with the same `key` gets the same answer: the password follows from key and content
    under a secret of the server, and is stored nowhere. Raises `UsernameTaken`, `Forbidden`
    outside the actor's reach, `Invalid`, `KeyReused`.
    """
    tree = await get_tree(session)
    unit = _unit(tree, new.organisation_code, "/organisation_code")
    policy.demand(tree, actor, Permission.ACCOUNTS_EDIT, unit)
    seed = None
    if key is not None:
        digest = sm3(orjson.dumps(new.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS))
        seed = audit.keyed(b"first password:%d:%b:%b" % (actor.staff_id, key.encode(), digest))
        if not await _claim(session, actor, key, digest):
            made = await _kept(session, tree, actor, new.username)
            return NewStaffView(
                staff=await _view(session, tree, made),
                one_time_password=passwords.one_time_password(seed),
            )
    password = passwords.one_time_password(seed)
    created = await session.scalar(
        insert(Staff)
        .values(
            username=new.username,
            name=new.name,
            organisation_id=unit.id,
            password_hash=await passwords.hash_password(password),
            must_change_password=True,
        )
        .on_conflict_do_nothing(constraint="uq_staff_username")
        .returning(Staff)
    )
    if created is None:
        raise UsernameTaken
    _set_contact(created, {"email": new.email, "mobile": new.mobile})
    await session.flush()
    await _record(session, actor, "account.created", created, organisation=unit.code)
    return NewStaffView(staff=await _view(session, tree, created), one_time_password=password)


async def _claim(session: AsyncSession, actor: Actor, key: str, digest: bytes) -> bool:
    """Whether the key is new; two requests at once wait here for one another. Raises `KeyReused`
    where it stands for another body."""
    row = {"staff_id": actor.staff_id, "key": key, "body_hash": digest, "at": clock.now()}
    claimed = await session.scalar(
        insert(AccountKey).values(row).on_conflict_do_nothing().returning(AccountKey.key)
    )
    if claimed is not None:
        return True
    first = await session.get_one(AccountKey, (actor.staff_id, key))
    if first.body_hash != digest:
        raise KeyReused
    return False


async def forget_keys(session: AsyncSession, settings: Settings) -> int:
    """Delete retry keys past their time. Returns how many."""
    before = clock.now() - timedelta(hours=settings.idempotency_hours)
    gone = await session.scalars(
        delete(AccountKey).where(AccountKey.at < before).returning(AccountKey.key)
    )
    return len(gone.all())


async def change_staff(
    session: AsyncSession, actor: Actor, username: str, change: StaffChange
) -> StaffView:
    """Change what was sent. Switching an account off ends its sessions at once."""
    tree = await get_tree(session)
    staff = await _kept(session, tree, actor, username, Permission.ACCOUNTS_EDIT)
    before = await _view(session, tree, staff)
    sent = change.model_dump(exclude_unset=True)
    if sent.get("organisation_code"):
        unit = _unit(tree, sent["organisation_code"], "/organisation_code")
        policy.demand(tree, actor, Permission.ACCOUNTS_EDIT, unit)
        staff.organisation_id = unit.id
    if sent.get("name"):
        staff.name = sent["name"]
    if sent.get("active") is not None:
        if staff.id == actor.staff_id:
            raise OwnAccount
        staff.active = sent["active"]
    _set_contact(staff, {key: sent[key] for key in ("email", "mobile") if key in sent})
    await session.flush()
    if not staff.active:
        await signin.revoke_sessions(session, staff.id)
    after = await _view(session, tree, staff)
    fields = [name for name in sorted(sent) if _held(before, name) != _held(after, name)]
    if "active" in fields:
        await _record(session, actor, "account.changed", staff, fields=fields, active=staff.active)
    elif fields:
        await _record(session, actor, "account.changed", staff, fields=fields)
    return after


def _held(view: StaffView, name: str) -> object:
    return view.organisation.code if name == "organisation_code" else getattr(view, name)


async def reset_password(session: AsyncSession, actor: Actor, username: str) -> OneTimePassword:
    """A one-time password to hand over; sessions end. Raises `OwnAccount` for one's own."""
    tree = await get_tree(session)
    staff = await _kept(session, tree, actor, username, Permission.ACCOUNTS_EDIT)
    if staff.id == actor.staff_id:
        raise OwnAccount
    password = passwords.one_time_password()
    staff.password_hash = await passwords.hash_password(password)
    staff.must_change_password = True
    staff.failed_attempts, staff.locked_until = 0, None
    await _credentials_reset(session, staff)
    await _record(session, actor, "password.reset", staff)
    return OneTimePassword(one_time_password=password)


async def unlock(session: AsyncSession, actor: Actor, username: str) -> None:
    """Let somebody who was locked out try again at once."""
    tree = await get_tree(session)
    staff = await _kept(session, tree, actor, username, Permission.ACCOUNTS_EDIT)
    staff.failed_attempts, staff.locked_until = 0, None
    await session.flush()
    await _record(session, actor, "account.unlocked", staff)


async def reset_totp(session: AsyncSession, actor: Actor, username: str) -> None:
    """Forget the authenticator of somebody who lost it; sessions end."""
    tree = await get_tree(session)
    staff = await _kept(session, tree, actor, username, Permission.ROLES_GRANT)
    if staff.id == actor.staff_id:
        raise OwnAccount
    staff.totp_secret, staff.totp_confirmed = None, False
    await _credentials_reset(session, staff)
    await _record(session, actor, "totp.reset", staff)


async def kept_account(
    session: AsyncSession, tree: Tree, actor: Actor, username: str, permission: Permission
) -> Staff:
    """The account, its row locked. Raises `NotFound` outside the actor's reach, `Forbidden`
    where the actor may see the account but holds `permission` elsewhere only."""
    return await _kept(session, tree, actor, username, permission)


async def _kept(
    session: AsyncSession,
    tree: Tree,
    actor: Actor,
    username: str,
    permission: Permission | None = None,
) -> Staff:
    query = select(Staff).where(Staff.username == username)
    staff = await session.scalar(query.with_for_update() if permission else query)
    if staff is None or not policy.administers(tree, actor, tree[staff.organisation_id]):
        raise NotFound
    if permission:
        policy.demand(tree, actor, permission, tree[staff.organisation_id])
    return staff


async def _credentials_reset(session: AsyncSession, staff: Staff) -> None:
    staff.credentials_version += 1
    await session.flush()
    await signin.revoke_sessions(session, staff.id)


def _set_contact(staff: Staff, changes: dict[str, str | None]) -> None:
    if changes:
        merged = open_contact(staff) | changes
        seal_contact(staff, {key: value for key, value in merged.items() if value})


def _unit(tree: Tree, code: str, pointer: str) -> Unit:
    unit = tree.find(code)
    if unit is None or not unit.active:
        raise Invalid.field(pointer, "unknown_organisation", _NO_SUCH_ORGANISATION)
    return unit


async def _grants_of(session: AsyncSession, staff_ids: Sequence[int]) -> dict[int, list[Grant]]:
    held: dict[int, list[Grant]] = {}
    rows = await session.scalars(select(GrantRow).where(GrantRow.staff_id.in_(staff_ids)))
    for row in rows:
        held.setdefault(row.staff_id, []).append(Grant(Role(row.role), row.organisation_id))
    return held


async def _view(session: AsyncSession, tree: Tree, staff: Staff) -> StaffView:
    held = await _grants_of(session, [staff.id])
    return staff_view(tree, staff, held.get(staff.id, []))


async def _record(
    session: AsyncSession, actor: Actor, action: str, staff: Staff, **details: object
) -> None:
    await audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"staff:{staff.username}",
        details=details,
    )
