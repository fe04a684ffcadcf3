"""Daily seals: what a whole day of histories looked like, kept where the database cannot reach.

A seal is the Merkle root over the last hash of each case touched on a day, with their number,
chained to the seal before and signed. A copy goes to object storage. Rewriting a chain together
with the case's row, or deleting a case, no longer fits the seal of its day.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import obstore
import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases.models import DailySeal, Event
from tongban.core import clock
from tongban.core.privacy import sm3
from tongban.core.settings import Settings
from tongban.files.storage import get_store

_EMPTY = sm3(b"")
FOLDER = "seals"


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root over 32-byte leaves in their order; an odd one is carried up as it is.

    Leaves and inner nodes are hashed with different first bytes, so that neither passes for the
    other (RFC 6962, section 2.1).
    """
    level = [sm3(b"\x00", leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = [level[index : index + 2] for index in range(0, len(level), 2)]
        level = [sm3(b"\x01", *pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0] if level else _EMPTY


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """Derived from the platform's secret, which the database does not know."""
    mac = hmac.HMAC(settings.secret_key.get_secret_value().encode(), hashes.SM3())
    mac.update(b"daily seal")
    return Ed25519PrivateKey.from_private_bytes(mac.finalize())


async def seal_days(session: AsyncSession, settings: Settings) -> int:
    """Seal every finished day that is not sealed yet, from the first event on. Returns how many."""
    last = await session.scalar(select(DailySeal).order_by(DailySeal.day.desc()).limit(1))
    day = last.day + timedelta(days=1) if last else await _first_day(session, settings)
    prev, sealed = (last.root if last else _EMPTY), 0
    while day is not None and day < clock.today(settings.zone):
        leaves = await _leaves(session, settings, day)
        root = merkle_root(leaves)
        signature = signing_key(settings).sign(_content(day, len(leaves), root, prev))
        seal = DailySeal(day=day, cases=len(leaves), root=root, prev=prev, signature=signature)
        await _export(settings, seal)
        session.add(seal)
        prev, sealed, day = root, sealed + 1, day + timedelta(days=1)
    return sealed


async def verify_seals(session: AsyncSession, settings: Settings) -> list[str]:
    """What does not fit: a day's histories, the chain of seals, or a signature."""
    findings: list[str] = []
    prev, expected = _EMPTY, None
    public = signing_key(settings).public_key()
    for seal in await session.scalars(select(DailySeal).order_by(DailySeal.day)):
        if expected is not None and seal.day != expected:
            findings.append(f"day {expected}: the seal is missing")
        leaves = await _leaves(session, settings, seal.day)
        if (len(leaves), merkle_root(leaves)) != (seal.cases, seal.root):
            findings.append(f"day {seal.day}: cases were changed, removed or added after sealing")
        try:
            public.verify(seal.signature, _content(seal.day, seal.cases, seal.root, seal.prev))
        except InvalidSignature:
            findings.append(f"day {seal.day}: the signature is not ours")
        if seal.prev != prev:
            findings.append(f"day {seal.day}: does not follow the seal before")
        prev, expected = seal.root, seal.day + timedelta(days=1)
    return findings


def _content(day: date, cases: int, root: bytes, prev: bytes) -> bytes:
    return orjson.dumps([day.isoformat(), cases, root.hex(), prev.hex()])


async def _first_day(session: AsyncSession, settings: Settings) -> date | None:
    first = await session.scalar(select(Event.at).order_by(Event.at).limit(1))
    return first.astimezone(settings.zone).date() if first else None


async def _leaves(session: AsyncSession, settings: Settings, day: date) -> list[bytes]:
    """For each case touched on the day, in the order of ids: its id and last hash of the day."""
    begin = datetime.combine(day, time(), settings.zone)
    found = await session.execute(
        select(Event.case_id, Event.hash)
        .ext(distinct_on(Event.case_id))
        .where(Event.at >= begin, Event.at < begin + timedelta(days=1))
        .order_by(Event.case_id, Event.seq.desc())
    )
    return [sm3(case_id.bytes, head) for case_id, head in found]


async def _export(settings: Settings, seal: DailySeal) -> None:
    content = {
        "day": seal.day.isoformat(),
        "cases": seal.cases,
        "root": seal.root.hex(),
        "prev": seal.prev.hex(),
        "signature": seal.signature.hex(),
    }
    path = f"{FOLDER}/{seal.day.isoformat()}.json"
    await obstore.put_async(get_store(settings.files_url), path, orjson.dumps(content))
