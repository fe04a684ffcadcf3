"""What the worker does for devices by the clock."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.core import clock
from tongban.core.settings import Settings
from tongban.devices import commands, documents, readings
from tongban.devices.hub import Hub
from tongban.devices.models import Command, Delivery, PairingCode
from tongban.devices.rules import ENDED, OPEN, CommandKind, State, overdue

Sessions = async_sessionmaker[AsyncSession]

_BATCH = 1000
"""Commands that one transaction removes: deliveries that come meanwhile wait for no more."""


async def close_overdue(sessions: Sessions, settings: Settings) -> int:
    """End commands that nobody took in time, or of which nothing was heard. Returns how many."""
    now = clock.now()
    nudges = []
    async with sessions.begin() as session:
        found = await session.scalars(
            select(Command)
            .where(Command.state.in_(OPEN), Command.expires_at <= now)
            .with_for_update(skip_locked=True)
        )
        for command in found:
            kind, state = CommandKind(command.kind), State(command.state)
            ending = overdue(kind, state, command.expires_at, now)
            if ending is not None:
                command.state, command.problem = ending.state, ending.problem
                command.ended_at = now
                nudges.append(commands.nudge(command))
    if nudges:
        hub = Hub(settings.redis_url)
        await hub.publish(*nudges)
        await hub.close()
    return len(nudges)


async def drop_personal(sessions: Sessions, _: Settings) -> int:
    """Drop what cards said and what was printed, once its time is over. Returns how much."""
    async with sessions.begin() as session:
        return await readings.drop(session) + await documents.drop(session)


async def forget_codes(sessions: Sessions, _: Settings) -> int:
    """Pairing codes past their time. Returns how many."""
    async with sessions.begin() as session:
        gone = await session.scalars(
            delete(PairingCode)
            .where(PairingCode.expires_at <= clock.now())
            .returning(PairingCode.digest)
        )
        return len(gone.all())


async def forget_commands(sessions: Sessions, settings: Settings) -> int:
    """Commands that are over, long enough ago that no bridge still delivers. Returns how many.

    What was read, by whom and where stays in the audit log, a level in the evaluations.
    """
    before = clock.now() - timedelta(days=settings.device_commands_days)
    forgotten = 0
    while True:
        async with sessions.begin() as session:
            found = await session.scalars(
                select(Command.id)
                .where(Command.state.in_(ENDED), Command.expires_at <= before)
                .limit(_BATCH)
                .with_for_update(skip_locked=True)
            )
            ids = found.all()
            await session.execute(delete(Delivery).where(Delivery.command_id.in_(ids)))
            await session.execute(delete(Command).where(Command.id.in_(ids)))
        forgotten += len(ids)
        if len(ids) < _BATCH:
            return forgotten
