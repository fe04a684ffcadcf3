"""What cards said: sealed, for who asked, for a quarter of an hour."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.privacy import seal, unseal
from tongban.devices import schemas as s
from tongban.devices.models import CardReading, Command
from tongban.devices.rules import READING_KEPT
from tongban.identity.actor import Actor


def _place(command_id: UUID) -> str:
    return f"card_readings.sealed:{command_id}"


async def keep(session: AsyncSession, command: Command, card: s.CardIn) -> None:
    """Keep what came of a command; the first reading stays."""
    row: dict[str, Any] = {
        "command_id": command.id,
        "asked_by": command.asked_by,
        "sealed": seal(card.model_dump(mode="json"), _place(command.id)),
        "drop_at": clock.now() + READING_KEPT,
    }
    # Without naming the key: row-level security lets whoever delivers not look at what is there.
    await session.execute(insert(CardReading).values(**row).on_conflict_do_nothing())


async def of(session: AsyncSession, actor: Actor, command_id: UUID) -> s.CardOut | None:
    """What the card said, if the actor asked for it and it is not dropped yet."""
    await session.execute(select(func.set_config("tongban.staff", str(actor.staff_id), True)))
    sealed = await session.scalar(
        select(CardReading.sealed).where(
            CardReading.command_id == command_id,
            CardReading.asked_by == actor.staff_id,
            CardReading.drop_at > clock.now(),
        )
    )
    return None if sealed is None else s.CardOut(**unseal(sealed, _place(command_id)))


async def drop(session: AsyncSession) -> int:
    """Drop what has been kept long enough. Returns how many."""
    await session.execute(select(func.set_config("tongban.upkeep", "on", True)))
    gone = await session.scalars(
        delete(CardReading)
        .where(CardReading.drop_at <= clock.now())
        .returning(CardReading.command_id)
    )
    return len(gone.all())
