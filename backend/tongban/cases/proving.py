"""Whether history is what it was: all that `tongban audit verify` finds about cases.

A chain finds what was edited, removed or cut off while the case's row stayed as it was; the
seals, kept outside the database, find a chain rewritten together with its row, and deleted cases;
the counters of the numbers find a case deleted before its day was sealed.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import seals
from tongban.cases.models import Case, CaseCounter, DailySeal, Event
from tongban.cases.rules import Status
from tongban.cases.seals import DAY, Head, Seal
from tongban.core import clock
from tongban.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was."""

    subject: str
    """`case 110102…`, `day 2026-11-24`, `numbers of 110102010 …`."""
    seq: int | None
    """The first event of a case that is known to be wrong, where one is."""
    what: str

    def __str__(self) -> str:
        where = f"event {self.seq}: " if self.seq else ""
        return f"{self.subject}: {where}{self.what}"


async def verify_seals(session: AsyncSession, settings: Settings) -> AsyncIterator[Finding | date]:
    """Compare every sealed day with the database; yields each day when done with it.

    Raises `NoSealKey` where there is nothing to check signatures by.
    """
    keys = seals.verifying_keys(settings)
    store = seals.seals_store(settings)
    on_storage = await seals.exported_days(store)
    rows = {row.day: row for row in await session.scalars(select(DailySeal))}
    prev, expected = seals.BEFORE_ALL, None
    named: set[str] = set()
    for day in sorted(rows.keys() | on_storage):
        while expected is not None and expected < day:
            yield Finding(f"day {expected}", None, "its seal was removed")
            expected += DAY
        seal = await seals.exported(store, day) if day in on_storage else None
        row = rows.get(day)
        for what in _seal_faults(seal, row, prev, keys, newest=day == max(on_storage | {day})):
            yield Finding(f"day {day}", None, what)
        if seal is not None and _intact(seal):
            async for finding in _compare(session, day, seal.heads):
                if finding.subject not in named:
                    named.add(finding.subject)
                    yield finding
        elif row is not None and seals.root_of(await seals.heads_of(session, day)) != row.root:
            yield Finding(f"day {day}", None, "cases were changed, removed or added")
        prev = _digest_of(seal, row)
        expected = day + DAY
        yield day
    async for finding in _never_sealed(session, expected):
        yield finding


def _digest_of(seal: Seal | None, row: DailySeal | None) -> bytes:
    if seal is not None:
        return seal.statement.digest()
    return seals.statement_of(row).digest() if row is not None else b""


def _intact(seal: Seal) -> bool:
    """Whether the exported hashes are those that were sealed."""
    said = seal.statement
    return (len(seal.heads), seals.root_of(seal.heads)) == (said.cases, said.root)


def _seal_faults(
    seal: Seal | None,
    row: DailySeal | None,
    prev: bytes,
    keys: list[Ed25519PublicKey],
    *,
    newest: bool,
) -> Iterable[str]:
    """What is wrong with a day's seal itself. The newest one may not be noted yet."""
    if seal is None:
        yield "its exported seal is missing or cannot be read"
        return
    if row is None and not newest:
        yield "its seal was removed from the database"
    if row is not None and (seals.statement_of(row), row.signature) != (
        seal.statement,
        seal.signature,
    ):
        yield "the seal in the database is not the exported one"
    if not _intact(seal):
        yield "the exported hashes are not those that were sealed"
    if not _signed(seal, keys):
        yield "the signature is not ours"
    if seal.statement.prev != prev:
        yield "does not follow the seal before"


def _signed(seal: Seal, keys: list[Ed25519PublicKey]) -> bool:
    for key in keys:
        try:
            key.verify(seal.signature, seal.statement.encoded())
        except InvalidSignature:
            continue
        return True
    return False


async def _compare(session: AsyncSession, day: date, sealed: list[Head]) -> AsyncIterator[Finding]:
    """Cases whose last event of a sealed day is not what it was, in the order of ids."""
    then = {head.case_id: head for head in sealed}
    now = {head.case_id: head for head in await seals.heads_of(session, day)}
    wrong = [
        case_id
        for case_id in sorted(then.keys() | now.keys())
        if case_id not in then
        or case_id not in now
        or (then[case_id].seq, then[case_id].hash) != (now[case_id].seq, now[case_id].hash)
    ]
    there = set(await session.scalars(select(Case.id).where(Case.id.in_(wrong)))) if wrong else ()
    for case_id in wrong:
        head = then.get(case_id) or now[case_id]
        subject = f"case {head.number or case_id}"
        if case_id not in there:
            yield Finding(subject, None, f"deleted, though sealed on {day}")
        elif case_id not in then:
            yield Finding(subject, head.seq, f"dated {day}, but was not there when it was sealed")
        else:
            yield Finding(subject, head.seq, f"not what was sealed on {day}")


async def _never_sealed(session: AsyncSession, since: date | None) -> AsyncIterator[Finding]:
    """Finished days with events but no seal: the worker stands still, or seals were removed."""
    query = select(func.min(Event.at))
    if since is not None:
        query = query.where(Event.at >= seals.ends(since) - DAY)
    first = await session.scalar(query)
    if first is not None and seals.ends(first.date()) + DAY < clock.now():
        yield Finding(f"day {first.date()}", None, "finished, but this and all since are unsealed")


async def verify_presence(session: AsyncSession) -> AsyncIterator[Finding]:
    """Histories without their case, and numbers that were given and are no longer there.

    A draft is its writer's to throw away, and what it logged stays: a history is missed from the
    moment at which somebody handed the application in.
    """
    lost = await session.scalars(
        select(Event.case_id)
        .distinct()
        .where(
            Event.to_status != Status.DRAFT,
            ~select(Case.id).where(Case.id == Event.case_id).exists(),
        )
        .order_by(Event.case_id)
    )
    case_id: UUID
    for case_id in lost:
        yield Finding(f"case {case_id}", None, "deleted, only its history is left")
    prefix = func.left(Case.number, 17)
    kept = (
        select(prefix.label("prefix"), func.count().label("kept"))
        .where(Case.number.is_not(None))
        .group_by(prefix)
        .subquery()
    )
    given = CaseCounter.division + func.to_char(CaseCounter.day, "YYYYMMDD")
    short = await session.execute(
        select(
            CaseCounter.division,
            CaseCounter.day,
            CaseCounter.last,
            func.coalesce(kept.c.kept, 0).label("kept"),
        )
        .join(kept, kept.c.prefix == given, isouter=True)
        .where(func.coalesce(kept.c.kept, 0) < CaseCounter.last)
        .order_by(CaseCounter.day, CaseCounter.division)
    )
    for row in short:
        what = f"{row.last} were given, {row.kept} cases are there"
        yield Finding(f"numbers of {row.division} on {row.day}", None, what)
