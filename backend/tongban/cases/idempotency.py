"""Retries that make nothing twice.

The key is claimed in the case's own transaction: committed with the case or not at all, also
when the process dies between commit and answer. Two at once: the second waits on the index.
"""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Integer, String, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases.models import IdempotencyKey
from tongban.cases.problems import KeyReused
from tongban.core import clock
from tongban.core.db import Base
from tongban.core.fixed import Fixed
from tongban.core.privacy import sm3
from tongban.deadlines.service import REVISION, remember_revision
from tongban.identity.actor import Actor

_CLAIM = Fixed(
    insert(Base.metadata.tables["idempotency_keys"])
    .on_conflict_do_nothing()
    .returning(IdempotencyKey.case_id, REVISION)
)
_CLAIMED = Fixed(
    select(IdempotencyKey.body_hash, IdempotencyKey.case_id).where(
        IdempotencyKey.staff_id == bindparam("staff_id", type_=Integer),
        IdempotencyKey.key == bindparam("key", type_=String),
    )
)


async def claim(
    session: AsyncSession, actor: Actor, key: str | None, body: BaseModel, case_id: UUID, on: str
) -> UUID | None:
    """Claim `key` for `case_id`. Returns the case of the first call where this is a retry.

    `on` names the operation and its path. Raises `KeyReused` for the same key with another
    body or on another path.
    """
    if key is None:
        return None
    digest = sm3(on.encode(), body.model_dump_json().encode())
    row = {
        "staff_id": actor.staff_id,
        "key": key,
        "body_hash": digest,
        "case_id": case_id,
        "at": clock.now(),
    }
    claimed = await _CLAIM.row(session, row)
    if claimed:
        remember_revision(session, claimed.calendar_revision)
        return None
    [first] = await _CLAIMED.rows(session, {"staff_id": actor.staff_id, "key": key})
    if first.body_hash != digest:
        raise KeyReused
    found: UUID = first.case_id
    return found
