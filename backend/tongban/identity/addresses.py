"""Failed sign-ins by address: guessing one password for many accounts locks none of them."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.settings import Settings
from tongban.identity.models import SignInFailures


def guesser(ip: str) -> str:
    """Whom an address stands for: itself, or its /64, which one subscriber of IPv6 has whole."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)


async def blocked_for(session: AsyncSession, settings: Settings, ip: str) -> timedelta | None:
    """How long this address has to wait, if it has to."""
    failed = await session.get(SignInFailures, guesser(ip))
    if failed is None or failed.failures < settings.sign_in_failures:
        return None
    left = failed.since + _window(settings) - clock.now()
    return left if left > timedelta() else None


async def count_failure(session: AsyncSession, settings: Settings, ip: str) -> bool:
    """Note a failure; whether it was the last one that this address has for now.

    Guesses sent side by side are answered before they are counted: no more than there are
    database connections.
    """
    now = clock.now()
    statement = insert(SignInFailures).values(address=guesser(ip), since=now, failures=1)
    over = SignInFailures.since <= now - _window(settings)
    counted = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=[SignInFailures.address],
            set_={
                "since": case((over, now), else_=SignInFailures.since),
                "failures": case((over, 1), else_=SignInFailures.failures + 1),
            },
        ).returning(SignInFailures.failures)
    )
    return counted == settings.sign_in_failures


async def forget(session: AsyncSession, settings: Settings) -> int:
    """Delete counts that are over. Returns how many."""
    oldest: datetime = clock.now() - _window(settings)
    gone = await session.scalars(
        delete(SignInFailures)
        .where(SignInFailures.since <= oldest)
        .returning(SignInFailures.address)
    )
    return len(gone.all())


def _window(settings: Settings) -> timedelta:
    return timedelta(minutes=settings.sign_in_minutes)
