"""Daily seals: what a day's histories came to, kept where the database cannot reach.

A seal is the Merkle root over the last hash of each case touched on a day, and their number,
chained to the seal before and signed. It is exported with those hashes, so that a case rewritten
together with its row, or deleted, can be named later: see `proving`.

Days are UTC: no setting changes what a day was. A day is sealed an hour after its end, for an
event belongs to the moment its transaction recorded and is seen when that commits.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import obstore
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tongban.cases.models import Case, DailySeal, Event
from tongban.core import clock
from tongban.core.privacy import sm3
from tongban.core.settings import Settings
from tongban.files.storage import get_store

FORMAT = "tongban-seal/1"
FOLDER = "seals"
BEFORE_ALL = bytes(32)
"""What the first seal is chained to."""
SETTLED = timedelta(hours=1)
DAY = timedelta(days=1)


class SealConflict(Exception):
    """A day was exported before and now comes to something else: history was changed between."""


class NoSealKey(Exception):
    """`TONGBAN_SEAL_KEYS` is empty."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a case on a day."""

    case_id: UUID
    number: str | None
    """A label for people; not part of what is sealed."""
    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed."""

    day: date
    cases: int
    root: bytes
    prev: bytes

    def encoded(self) -> bytes:
        content = [FORMAT, self.day.isoformat(), self.cases, self.root.hex(), self.prev.hex()]
        return orjson.dumps(content)

    def digest(self) -> bytes:
        """What the next seal is chained to."""
        return sm3(self.encoded())


@dataclass(frozen=True, slots=True)
class Seal:
    statement: Statement
    signature: bytes
    heads: list[Head]


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaves in their order; an odd one is carried up as it is.

    Leaves and inner nodes are hashed with different first bytes, so that neither passes for the
    other (RFC 6962, section 2.1).
    """
    level = [sm3(b"\x00", leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = [level[index : index + 2] for index in range(0, len(level), 2)]
        level = [sm3(b"\x01", *pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0] if level else sm3(b"")


def root_of(heads: Sequence[Head]) -> bytes:
    """`heads` in the order of case ids."""
    return merkle_root(
        [head.case_id.bytes + head.seq.to_bytes(4, "big") + head.hash for head in heads]
    )


def signing_keys(settings: Settings) -> list[Ed25519PrivateKey]:
    """The current key first. Raises `NoSealKey`, `ValueError` for what is no key."""
    given = settings.seal_keys.get_secret_value()
    if not given:
        raise NoSealKey("TONGBAN_SEAL_KEYS is not set")
    return [
        Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key.strip())) for key in given.split(",")
    ]


def verifying_keys(settings: Settings) -> list[Ed25519PublicKey]:
    """Whose signatures count. Raises `NoSealKey`, `ValueError` for what is no key."""
    named = [key.strip() for key in settings.seal_public_keys.split(",") if key.strip()]
    public = [Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)) for key in named]
    if settings.seal_keys.get_secret_value() or not public:
        public += [key.public_key() for key in signing_keys(settings)]
    return public


async def seal_days(sessions: async_sessionmaker[AsyncSession], settings: Settings) -> int:
    """Seal every finished day up to an hour ago, days without events too. Returns how many.

    Exported first, noted afterwards: after a crash between, the same seal is made again. Raises
    `NoSealKey`, `SealConflict`.
    """
    key = signing_keys(settings)[0]
    sealed = 0
    while True:
        async with sessions() as session:
            seal = await _next_seal(session, key)
        if seal is None:
            return sealed
        await _export(seals_store(settings), seal, key)
        async with sessions.begin() as session:
            await session.execute(insert(DailySeal).values(_row(seal)).on_conflict_do_nothing())
        sealed += 1


async def _next_seal(session: AsyncSession, key: Ed25519PrivateKey) -> Seal | None:
    last = await session.scalar(select(DailySeal).order_by(DailySeal.day.desc()).limit(1))
    if last is not None:
        day, prev = last.day + DAY, statement_of(last).digest()
    else:
        first = await session.scalar(select(func.min(Event.at)))
        if first is None:
            return None
        day, prev = first.astimezone(UTC).date(), BEFORE_ALL
    if ends(day) + SETTLED > clock.now():
        return None
    heads = await heads_of(session, day)
    statement = Statement(day, len(heads), root_of(heads), prev)
    return Seal(statement, key.sign(statement.encoded()), heads)


def statement_of(row: DailySeal) -> Statement:
    return Statement(row.day, row.cases, row.root, row.prev)


def _row(seal: Seal) -> dict[str, Any]:
    said = seal.statement
    return {
        "day": said.day,
        "cases": said.cases,
        "root": said.root,
        "prev": said.prev,
        "signature": seal.signature,
    }


def ends(day: date) -> datetime:
    return datetime.combine(day, time(), UTC) + DAY


async def heads_of(session: AsyncSession, day: date) -> list[Head]:
    """For each case touched on the day, in the order of ids, its last event of the day."""
    found = await session.execute(
        select(Event.case_id, Case.number, Event.seq, Event.hash)
        .ext(distinct_on(Event.case_id))
        .join(Case, Case.id == Event.case_id, isouter=True)
        .where(Event.at >= ends(day) - DAY, Event.at < ends(day))
        .order_by(Event.case_id, Event.seq.desc())
    )
    return [Head(*row) for row in found]


def seals_store(settings: Settings) -> ObjectStore:
    return get_store(settings.seals_url or settings.files_url)


def _path(day: date) -> str:
    return f"{FOLDER}/{day.isoformat()}.json"


async def _export(store: ObjectStore, seal: Seal, key: Ed25519PrivateKey) -> None:
    """Write a seal once; what is there already is never replaced."""
    said = seal.statement
    content = {
        "format": FORMAT,
        "day": said.day,
        "cases": said.cases,
        "root": said.root.hex(),
        "prev": said.prev.hex(),
        "public_key": key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
        "signature": seal.signature.hex(),
        "heads": [[str(h.case_id), h.number, h.seq, h.hash.hex()] for h in seal.heads],
    }
    try:
        await obstore.put_async(store, _path(said.day), orjson.dumps(content), mode="create")
    except AlreadyExistsError:
        there = await exported(store, said.day)
        if there is None or there.statement != said:
            raise SealConflict(f"{said.day} was sealed as something else before") from None


async def exported(store: ObjectStore, day: date) -> Seal | None:
    """The exported seal of a day; None where there is none or it cannot be read."""
    try:
        found = await obstore.get_async(store, _path(day))
        content = orjson.loads(bytes(await found.bytes_async()))
        heads = [
            Head(UUID(case_id), number, int(seq), bytes.fromhex(digest))
            for case_id, number, seq, digest in content["heads"]
        ]
        statement = Statement(
            date.fromisoformat(content["day"]),
            int(content["cases"]),
            bytes.fromhex(content["root"]),
            bytes.fromhex(content["prev"]),
        )
        return Seal(statement, bytes.fromhex(content["signature"]), heads)
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return None


async def exported_days(store: ObjectStore) -> set[date]:
    """Days that have an exported seal; whatever else lies there is passed over."""
    days = set()
    async for batch in obstore.list(store, FOLDER):
        for item in batch:
            with suppress(ValueError):
                days.add(date.fromisoformat(item["path"].rsplit("/", 1)[-1].removesuffix(".json")))
    return days
