"""What other domains use of evaluations."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.evaluations.models import Evaluation


class Reason(StrEnum):
    """Why there is no level: neither is a rating."""

    SKIPPED = "skipped"
    """The resident chose not to say."""
    TIMED_OUT = "timed_out"
    """Nobody answered; they may be asked again."""


async def is_answered(session: AsyncSession, case_id: UUID) -> bool:
    """Whether the resident has answered, be it by passing: then they are not asked again."""
    found = await session.scalar(
        select(Evaluation.case_id).where(
            Evaluation.case_id == case_id, Evaluation.reason.is_distinct_from(Reason.TIMED_OUT)
        )
    )
    return found is not None


async def record(
    session: AsyncSession,
    case_id: UUID,
    *,
    answer: int | Reason,
    window_id: int,
    bridge_id: UUID,
    at: datetime,
) -> None:
    """Keep what a resident pressed at a counter. The first answer of a case stays; only silence
    is replaced by a later one."""
    statement = insert(Evaluation).values(
        case_id=case_id,
        level=None if isinstance(answer, Reason) else answer,
        reason=answer if isinstance(answer, Reason) else None,
        channel="device",
        window_id=window_id,
        bridge_id=bridge_id,
        at=at,
    )
    new = {name: statement.excluded[name] for name in ("level", "reason", "channel", "at")}
    places = {name: statement.excluded[name] for name in ("window_id", "bridge_id")}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Evaluation.case_id],
            set_=new | places,
            where=Evaluation.reason == Reason.TIMED_OUT,
        )
    )
