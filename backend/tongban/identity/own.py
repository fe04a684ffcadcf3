"""What people do to their own account: password, authenticator, who am I."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core.problems import Invalid, Problem, Unauthenticated
from tongban.core.settings import Settings
from tongban.core.texts import Text
from tongban.identity import audit, passwords, signin, tokens, totp
from tongban.identity.actor import Actor, Origin
from tongban.identity.models import Staff
from tongban.identity.presenting import grant_views, organisation_name
from tongban.identity.problems import TotpAlreadyEnrolled, TotpNeededByRole, TotpNotEnrolled
from tongban.identity.schemas import Me, PasswordChange, TotpRemoval, TotpSecret
from tongban.identity.service import load_actor
from tongban.organisations.service import get_tree

_WRONG_PASSWORD = Text("当前密码不正确", "Not your present password")
_WRONG_CODE = Text("动态验证码不正确或已使用", "The code is wrong or was already used")


async def identify(
    session: AsyncSession, settings: Settings, token: str | None, step: tokens.Step, origin: Origin
) -> tuple[Staff, Actor | None]:
    """Whose account a token opens for `step`: an access token's, or a limited one's for it.

    The row is locked. Raises `Unauthenticated`, also for a limited token that has served.
    """
    content = tokens.read(settings, token) if token else None
    if content is None:
        raise Unauthenticated
    actor = None
    if isinstance(content, tokens.Access):
        actor = await load_actor(session, content, origin)
    staff = await session.scalar(
        select(Staff).where(Staff.id == content.staff_id, Staff.active).with_for_update()
    )
    if staff is None:
        raise Unauthenticated
    if isinstance(content, tokens.Limited) and (content.step, content.credentials_version) != (
        step,
        staff.credentials_version,
    ):
        raise Unauthenticated
    return staff, actor


async def me(session: AsyncSession, settings: Settings, actor: Actor) -> Me:
    tree = await get_tree(session)
    enrolled = await session.scalar(select(Staff.totp_confirmed).where(Staff.id == actor.staff_id))
    return Me(
        username=actor.username,
        name=actor.name,
        organisation=organisation_name(tree, actor.organisation_id),
        grants=grant_views(tree, actor.grants),
        permissions=sorted(actor.permissions),
        reach={
            permission: sorted(tree[unit].code for unit in actor.organisations(permission))
            for permission in sorted(actor.permissions)
        },
        totp_enrolled=bool(enrolled),
        time_zone=settings.time_zone,
    )


async def change_password(
    session: AsyncSession,
    settings: Settings,
    token: str | None,
    change: PasswordChange,
    origin: Origin,
) -> Problem | None:
    """Set a new password and end the account's other sessions.

    Returns (not raises) the refusal of a wrong present password, because that counts as a
    failed attempt. Raises `Invalid` for a new password that is too weak.
    """
    staff, actor = await identify(session, settings, token, "password_change", origin)
    if not await passwords.verify(change.current.get_secret_value(), staff.password_hash):
        refusal = Invalid.field("/current", "wrong_password", _WRONG_PASSWORD)
        return await _refused(session, settings, staff, refusal, origin)
    new = change.new.get_secret_value()
    passwords.check_new(new, staff.username, "/new")
    if new == change.current.get_secret_value():
        text = Text("新密码不能与当前密码相同", "The new password must differ from the present one")
        raise Invalid.field("/new", "password_same", text)
    staff.password_hash = await passwords.hash_password(new)
    staff.must_change_password = False
    await _settled(session, staff, actor)
    await _record(session, staff, "password.changed", origin)
    return None


async def enrol_totp(
    session: AsyncSession, settings: Settings, token: str | None, origin: Origin
) -> TotpSecret:
    """A new secret, in force once a code of it is confirmed. Raises `TotpAlreadyEnrolled`."""
    staff, _ = await identify(session, settings, token, "totp_enrolment", origin)
    if staff.totp_confirmed:
        raise TotpAlreadyEnrolled
    secret = totp.new_secret()
    # Steps were counted for the secret before: a code of this one is not used up by one of that.
    staff.totp_secret, staff.totp_last_step = totp.seal_secret(secret, staff.username), 0
    await session.flush()
    return TotpSecret(secret=secret, uri=totp.uri(secret, staff.username))


async def confirm_totp(
    session: AsyncSession, settings: Settings, token: str | None, code: str, origin: Origin
) -> None:
    """Put the secret in force. Ends the other sessions: they began without a second factor."""
    staff, actor = await identify(session, settings, token, "totp_enrolment", origin)
    if staff.totp_confirmed:
        raise TotpAlreadyEnrolled
    if staff.totp_secret is None:
        raise TotpNotEnrolled
    secret = totp.open_secret(staff.totp_secret, staff.username)
    step = totp.step_of(secret, code, staff.totp_last_step)
    if step is None:
        raise Invalid.field("/code", "totp_invalid", _WRONG_CODE)
    staff.totp_confirmed, staff.totp_last_step = True, step
    await _settled(session, staff, actor)
    await _record(session, staff, "totp.enrolled", origin)


async def disable_totp(
    session: AsyncSession, settings: Settings, actor: Actor, removal: TotpRemoval
) -> Problem | None:
    """Take the authenticator away; needs password and code. Refusals that count are returned."""
    staff = await session.get_one(Staff, actor.staff_id, with_for_update=True)
    if not staff.totp_confirmed or staff.totp_secret is None:
        raise TotpNotEnrolled
    if await signin.needs_totp(session, settings, staff.id):
        raise TotpNeededByRole
    password = removal.password.get_secret_value()
    if not await passwords.verify(password, staff.password_hash):
        refusal = Invalid.field("/password", "wrong_password", _WRONG_PASSWORD)
        return await _refused(session, settings, staff, refusal, actor.origin)
    secret = totp.open_secret(staff.totp_secret, staff.username)
    if totp.step_of(secret, removal.code, staff.totp_last_step) is None:
        refusal = Invalid.field("/code", "totp_invalid", _WRONG_CODE)
        return await _refused(session, settings, staff, refusal, actor.origin)
    staff.totp_confirmed, staff.totp_secret = False, None
    await _settled(session, staff, actor)
    await _record(session, staff, "totp.disabled", actor.origin)
    return None


async def _refused(
    session: AsyncSession, settings: Settings, staff: Staff, refusal: Problem, origin: Origin
) -> Problem:
    """Count a wrong password here like one at the sign-in: a stolen session is no place to guess.

    When that locks the account its sessions end too.
    """
    answer = signin.count_failure(staff, settings, refusal)
    if answer is not refusal:
        await signin.revoke_sessions(session, staff.id)
    await _record(session, staff, "credentials.refused", origin)
    return answer


async def _settled(session: AsyncSession, staff: Staff, actor: Actor | None) -> None:
    staff.credentials_version += 1
    staff.failed_attempts = 0
    await session.flush()
    await signin.revoke_sessions(session, staff.id, but=actor.session_id if actor else None)


async def _record(session: AsyncSession, staff: Staff, action: str, origin: Origin) -> None:
    await session.flush()
    await audit.record(
        session,
        actor=None,
        action=action,
        subject=f"staff:{staff.username}",
        origin=origin,
        username=staff.username,
    )
