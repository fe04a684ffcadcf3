"""Signing in and out.

A refusal has to be remembered (failed attempts, a session ended because its token was used
twice), so these functions *return* it: raising would roll the request's transaction back.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.ids import new_id
from tongban.core.privacy import sm3
from tongban.core.problems import Problem
from tongban.core.settings import Settings
from tongban.identity import addresses, audit, passwords, tokens, totp
from tongban.identity.actor import Actor, Origin
from tongban.identity.models import GrantRow, RefreshToken, Staff, StaffSession
from tongban.identity.problems import (
    InvalidCredentials,
    Locked,
    PasswordChangeRequired,
    RefreshInvalid,
    RefreshReused,
    TooManyFailures,
    TotpEnrolmentRequired,
    TotpInvalid,
    TotpRequired,
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    access_token: str
    refresh_token: str


async def sign_in(
    session: AsyncSession,
    settings: Settings,
    *,
    username: str,
    password: str,
    code: str | None,
    origin: Origin,
    user_agent: str,
) -> SignedIn | Problem:
    """A new session, or why there is none. Unknown users get the answer, and take the time, of
    a wrong password; an address from which too much failed is not even listened to."""
    wait = await addresses.blocked_for(session, settings, origin.ip)
    if wait is not None:
        return TooManyFailures(**_retry_after(wait))
    username = username.strip().lower()
    seen = await session.scalar(
        select(Staff.password_hash).where(Staff.username == username, Staff.active)
    )
    fits = await passwords.verify(password, seen)
    if seen is None:
        await audit.record(
            session,
            actor=None,
            action="sign_in.failed",
            subject="staff:unknown",
            origin=origin,
        )
        await _count_for_address(session, settings, origin)
        return InvalidCredentials()
    # Locked only now: guesses sent side by side queue here, and no more of them are answered
    # than the lock-out allows.
    staff = (
        await session.scalars(select(Staff).where(Staff.username == username).with_for_update())
    ).one()
    refusal = await _judge(session, settings, staff, fits and staff.password_hash == seen, code)
    if refusal is None:
        signed_in = await _open_session(session, settings, staff, user_agent)
        await _record(session, staff, "signed_in", origin)
        return signed_in
    await _record(session, staff, "sign_in.failed", origin, why=refusal.code)
    if isinstance(refusal, InvalidCredentials | TotpInvalid | Locked):
        await _count_for_address(session, settings, origin)
    return refusal


async def _count_for_address(session: AsyncSession, settings: Settings, origin: Origin) -> None:
    if await addresses.count_failure(session, settings, origin.ip):
        await audit.record(
            session,
            actor=None,
            action="sign_in.address_blocked",
            subject=f"address:{addresses.guesser(origin.ip)}",
            origin=origin,
        )


async def _judge(
    session: AsyncSession, settings: Settings, staff: Staff, fits: bool, code: str | None
) -> Problem | None:
    """Count the attempt and say what stands in the way, if anything does."""
    now = clock.now()
    if staff.locked_until and staff.locked_until > now:
        return _locked(staff.locked_until - now)
    if not fits:
        return count_failure(staff, settings, InvalidCredentials())
    if staff.totp_confirmed and staff.totp_secret:
        if not code:
            return TotpRequired()
        secret = totp.open_secret(staff.totp_secret, staff.username)
        step = totp.step_of(secret, code, staff.totp_last_step)
        if step is None:
            return count_failure(staff, settings, TotpInvalid())
        staff.totp_last_step = step
    staff.failed_attempts, staff.locked_until = 0, None
    return await _next_step(session, settings, staff)


async def _next_step(
    session: AsyncSession, settings: Settings, staff: Staff
) -> PasswordChangeRequired | TotpEnrolmentRequired | None:
    """What somebody who has proved who they are must still do, with a token good for only that."""
    version = staff.credentials_version
    if staff.must_change_password:
        return PasswordChangeRequired(
            tokens.make_limited(settings, staff.id, "password_change", version)
        )
    if not staff.totp_confirmed and await needs_totp(session, settings, staff.id):
        return TotpEnrolmentRequired(
            tokens.make_limited(settings, staff.id, "totp_enrolment", version)
        )
    return None


def count_failure(staff: Staff, settings: Settings, refusal: Problem) -> Problem:
    staff.failed_attempts += 1
    if staff.failed_attempts < settings.lockout_attempts:
        return refusal
    lasts = timedelta(minutes=settings.lockout_minutes)
    staff.failed_attempts, staff.locked_until = 0, clock.now() + lasts
    return _locked(lasts)


def _locked(left: timedelta) -> Locked:
    return Locked(**_retry_after(left))


def _retry_after(left: timedelta) -> dict[str, Any]:
    seconds = max(1, int(left.total_seconds()))
    return {"headers": {"Retry-After": str(seconds)}, "minutes": -(-seconds // 60)}


async def needs_totp(session: AsyncSession, settings: Settings, staff_id: int) -> bool:
    """Whether a role that the account holds asks for a second factor."""
    held = await session.scalar(
        select(func.count())
        .select_from(GrantRow)
        .where(GrantRow.staff_id == staff_id, GrantRow.role.in_(settings.totp_roles))
    )
    return bool(held)


async def _open_session(
    session: AsyncSession, settings: Settings, staff: Staff, user_agent: str
) -> SignedIn:
    now = clock.now()
    staff.last_sign_in_at = now
    opened = StaffSession(
        id=new_id(),
        staff_id=staff.id,
        created_at=now,
        last_used_at=now,
        user_agent=user_agent[:200],
    )
    session.add(opened)
    await session.flush()
    return await _issue(session, settings, staff.id, opened.id)


async def _issue(
    session: AsyncSession, settings: Settings, staff_id: int, session_id: UUID
) -> SignedIn:
    token = secrets.token_urlsafe(32)
    expires = clock.now() + timedelta(days=settings.refresh_token_days)
    session.add(RefreshToken(digest=_digest(token), session_id=session_id, expires_at=expires))
    await session.flush()
    return SignedIn(tokens.make_access(settings, staff_id, session_id), token)


def _digest(token: str) -> bytes:
    return sm3(token.encode())


_LEFT = timedelta(seconds=10)
"""In which a browser that dropped an answer asks again: one reload, or two in haste."""


async def refresh(
    session: AsyncSession, settings: Settings, token: str | None, origin: Origin
) -> SignedIn | Problem:
    """New tokens for a refresh token, which thereby is used up.

    A token that comes a second time has been copied: the session it belongs to ends. Except when
    a page was left before it had the answer: the last token may come again within `_LEFT`, as
    long as what it was exchanged for was not used; that counts as used from then on.
    """
    found = (
        await session.execute(
            select(RefreshToken, StaffSession, Staff)
            .join(StaffSession, StaffSession.id == RefreshToken.session_id)
            .join(Staff, Staff.id == StaffSession.staff_id)
            .where(RefreshToken.digest == _digest(token or ""))
            .with_for_update(of=(RefreshToken, StaffSession))
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if found is None:
        return RefreshInvalid()
    used, opened, staff = found
    now = clock.now()
    if opened.revoked_at or used.expires_at <= now or not staff.active:
        return RefreshInvalid()
    if used.used_at:
        left = used.used_at == opened.last_used_at and now - used.used_at <= _LEFT
        if left:
            unheard = update(RefreshToken).where(
                RefreshToken.session_id == opened.id, RefreshToken.used_at.is_(None)
            )
            await session.execute(unheard.values(used_at=opened.created_at))
            return await _issue(session, settings, staff.id, opened.id)
        opened.revoked_at = now
        await session.flush()
        await _record(session, staff, "session.revoked", origin, why="refresh token used twice")
        return RefreshReused()
    used.used_at, opened.last_used_at = now, now
    return await _issue(session, settings, staff.id, opened.id)


async def sign_out(session: AsyncSession, actor: Actor) -> None:
    """End the session that the request came with."""
    await session.execute(
        update(StaffSession)
        .where(StaffSession.id == actor.session_id, StaffSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    await audit.record(session, actor=actor, action="signed_out", subject=f"staff:{actor.username}")


async def sign_out_everywhere(session: AsyncSession, actor: Actor) -> None:
    await revoke_sessions(session, actor.staff_id)
    await audit.record(
        session, actor=actor, action="signed_out.everywhere", subject=f"staff:{actor.username}"
    )


async def revoke_sessions(session: AsyncSession, staff_id: int, *, but: UUID | None = None) -> None:
    """End every session of an account; `but` spares the one that asks."""
    ended = update(StaffSession).where(
        StaffSession.staff_id == staff_id, StaffSession.revoked_at.is_(None)
    )
    if but:
        ended = ended.where(StaffSession.id != but)
    await session.execute(ended.values(revoked_at=clock.now()))


async def forget_old_sessions(session: AsyncSession, settings: Settings) -> int:
    """Delete sessions that can no longer be refreshed (their tokens go with them)."""
    oldest = clock.now() - timedelta(days=settings.refresh_token_days)
    gone = await session.scalars(
        delete(StaffSession).where(StaffSession.last_used_at < oldest).returning(StaffSession.id)
    )
    return len(gone.all())


async def _record(
    session: AsyncSession, staff: Staff, action: str, origin: Origin, why: str | None = None
) -> None:
    await session.flush()
    await audit.record(
        session,
        actor=None,
        action=action,
        subject=f"staff:{staff.username}",
        reason=why,
        origin=origin,
        username=staff.username,
    )
