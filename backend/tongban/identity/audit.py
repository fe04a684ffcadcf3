"""The audit log: who did what to what and why, tamper-evident, only ever added to."""

from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes, hmac
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.privacy import get_keys
from tongban.identity.actor import Actor, Origin
from tongban.identity.models import AuditEntry

SUBJECT_KINDS = (
    "staff",
    "organisation",
    "case",
    "matter",
    "window",
    "calendar",
    "disposal",
    "address",
)
"""What stands before the colon of a subject. A new kind is to be added here."""


async def record(
    session: AsyncSession,
    *,
    actor: Actor | None,
    action: str,
    subject: str,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
    origin: Origin | None = None,
    username: str = "",
) -> None:
    """Add a line in the caller's transaction.

    `action` is a dotted past-tense name (`personal.revealed`), `subject` names one thing
    (`case:110102001202611240001`, `staff:ds-clerk`). Never put personal data into `details`.
    Without an actor (somebody failing to sign in, the system) give `username` and `origin`.
    """
    origin = actor.origin if actor else origin or Origin()
    entry = AuditEntry(
        at=clock.now(),
        staff_id=actor.staff_id if actor else None,
        username=actor.username if actor else username,
        action=action,
        subject=subject,
        reason=reason,
        details=details or {},
        request_id=origin.request_id,
        ip=origin.ip,
    )
    entry.mac = line_mac(entry)
    session.add(entry)
    await session.flush()


def line_mac(entry: AuditEntry) -> bytes:
    """HMAC-SM3 of a line's content: whoever can write the table but has no key cannot forge it."""
    content = [
        entry.at.isoformat(),
        entry.staff_id,
        entry.username,
        entry.action,
        entry.subject,
        entry.reason,
        entry.details,
        entry.request_id,
        entry.ip,
    ]
    return keyed(b"audit:" + orjson.dumps(content, option=orjson.OPT_SORT_KEYS))


def keyed(content: bytes) -> bytes:
    """HMAC-SM3 under a key that the database does not have."""
    mac = hmac.HMAC(get_keys().index, hashes.SM3())
    mac.update(content)
    return mac.finalize()
