"""What the worker does for identity by the clock."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.core.settings import Settings
from tongban.identity import accounts, addresses, signin, trail

Sessions = async_sessionmaker[AsyncSession]


async def seal_audit(sessions: Sessions, _: Settings) -> int:
    """Seal the finished days of the audit log. Returns how many."""
    async with sessions.begin() as session:
        return await trail.seal_days(session)


async def forget_sessions(sessions: Sessions, settings: Settings) -> int:
    """Delete what is over: sessions that can no longer be refreshed, failures of addresses,
    retry keys. Returns how many."""
    async with sessions.begin() as session:
        gone = await signin.forget_old_sessions(session, settings)
        gone += await addresses.forget(session, settings)
        return gone + await accounts.forget_keys(session, settings)
