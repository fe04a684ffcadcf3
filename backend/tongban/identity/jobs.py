"""What the worker does for identity by the clock."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.core.settings import Settings
from tongban.identity import signin, trail

Sessions = async_sessionmaker[AsyncSession]


async def seal_audit(sessions: Sessions, _: Settings) -> int:
    """Seal the finished days of the audit log. Returns how many."""
    async with sessions.begin() as session:
        return await trail.seal_days(session)


async def forget_sessions(sessions: Sessions, settings: Settings) -> int:
    """Delete sessions that can no longer be refreshed. Returns how many."""
    async with sessions.begin() as session:
        return await signin.forget_old_sessions(session, settings)
