"""Upkeep, run by the worker: content that nobody uses, files that still await the scanner."""

from datetime import timedelta

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.core import clock
from tongban.core.settings import Settings
from tongban.files import service, storage
from tongban.files.models import File, ScanState
from tongban.files.scan import scan

log = structlog.get_logger(__name__)

UNUSED_DAYS = 7
"""A draft names its files as soon as it is saved; a week is ample for a form left open."""

Sessions = async_sessionmaker[AsyncSession]


async def remove_unused(sessions: Sessions, settings: Settings, days: int = UNUSED_DAYS) -> int:
    """Remove uploads that nothing has used for `days`, then content without a row.

    Returns how many objects went. Also finds objects whose row was never written.
    """
    cutoff = clock.now() - timedelta(days=days)
    async with sessions.begin() as session:
        await session.execute(
            delete(File).where(File.attached_at.is_(None), File.uploaded_at < cutoff)
        )
    store = storage.get_store(settings.files_url)
    removed = 0
    async for digests in storage.older_than(store, cutoff):
        async with sessions() as session:
            used = set(await session.scalars(select(File.digest).where(File.digest.in_(digests))))
        for digest in digests:
            if digest not in used:
                removed += await remove_content(sessions, settings, digest)
    log.info("unused files removed", objects=removed)
    return removed


async def remove_content(sessions: Sessions, settings: Settings, digest: bytes) -> bool:
    """Remove one object, unless a row names it: somebody uploads the same content meanwhile."""
    async with sessions.begin() as session:
        await service.hold(session, digest)
        if await session.scalar(select(File.id).where(File.digest == digest).limit(1)):
            return False
        await storage.delete(storage.get_store(settings.files_url), digest)
    return True


async def scan_pending(sessions: Sessions, settings: Settings) -> int:
    """Ask the scanner again about files that it has not judged. Returns how many it judged."""
    async with sessions() as session:
        found = await session.execute(
            select(File.id, File.digest).where(File.scan_state == ScanState.PENDING).limit(200)
        )
        waiting = found.all()
    judged = 0
    for file_id, digest in waiting:
        async with service.local_copy(settings, digest) as content:
            state = await scan(settings.clamd, content)
        if state is ScanState.PENDING:
            break
        async with sessions.begin() as session:
            await session.execute(update(File).where(File.id == file_id).values(scan_state=state))
        judged += 1
    return judged
