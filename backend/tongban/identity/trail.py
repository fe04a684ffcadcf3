"""Reading the audit log, sealing its days, and finding what was done to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.pages import decode_cursor, encode_cursor
from tongban.core.spans import check_span
from tongban.identity import policy
from tongban.identity.actor import Actor
from tongban.identity.audit import SUBJECT_KINDS, keyed, line_mac
from tongban.identity.models import AuditEntry, AuditSeal, Staff
from tongban.identity.problems import UnknownStaff
from tongban.identity.roles import Permission
from tongban.identity.schemas import AuditLine, AuditPage
from tongban.organisations.service import get_tree

# A line belongs to the moment its transaction recorded, and is seen when that commits; nothing
# stays open this long.
_SETTLED = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the trail. `since` is included, `before` is not; `subject` is the beginning of
    one, with its kind (`staff:ds-clerk`) or without."""

    username: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    before: datetime | None = None


async def list_audit(
    session: AsyncSession, actor: Actor, wanted: Wanted, *, limit: int, cursor: str | None
) -> AuditPage:
    """Lines by people of the organisations below those where the actor may read the trail.

    Who may read it at the top of the tree sees every line, those without a user too. Raises
    `UnknownStaff` for the user name of nobody whose lines the actor may read, `Invalid` for a span.
    """
    check_span(wanted.since, wanted.before, "/before")
    query = _filtered(select(AuditEntry), wanted).order_by(AuditEntry.id.desc()).limit(limit + 1)
    tree = await get_tree(session)
    held = actor.organisations(Permission.AUDIT_READ)
    people = select(Staff.username)
    if all(tree[organisation].parent is not None for organisation in held):
        within = policy.within_reach(actor, Permission.AUDIT_READ)
        people = people.where(Staff.organisation_id.in_(within))
        query = query.where(AuditEntry.username.in_(people))
    if wanted.username:
        known = await session.scalar(people.where(Staff.username == wanted.username))
        if known is None:
            raise UnknownStaff().at("/username")
    after = decode_cursor(cursor, (int,))
    if after:
        query = query.where(AuditEntry.id < after[0])
    rows = list(await session.scalars(query))
    page = rows[:limit]
    return AuditPage(
        items=[AuditLine.model_validate(row) for row in page],
        next_cursor=encode_cursor(page[-1].id) if len(rows) > limit else None,
    )


def _filtered(query: Select[AuditEntry], wanted: Wanted) -> Select[AuditEntry]:
    if wanted.username:
        query = query.where(AuditEntry.username == wanted.username)
    if wanted.action:
        query = query.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.subject:
        # People know the account or case, not how its kind is written here.
        kinds = ("",) if ":" in wanted.subject else ("", *(f"{kind}:" for kind in SUBJECT_KINDS))
        starts = [
            AuditEntry.subject.startswith(f"{kind}{wanted.subject}", autoescape=True)
            for kind in kinds
        ]
        query = query.where(or_(*starts))
    if wanted.since:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.before:
        query = query.where(AuditEntry.at < wanted.before)
    return query


async def seal_days(session: AsyncSession) -> int:
    """Seal every finished day (UTC) up to an hour ago; how many were sealed. For the worker.

    A day without lines is sealed too: a day that is missing among the seals was taken out.
    """
    last = await session.scalar(select(AuditSeal).order_by(AuditSeal.day.desc()).limit(1))
    if last:
        day, chain = last.day + _DAY, last.digest
    else:
        first_line = await session.scalar(select(func.min(AuditEntry.at)))
        if first_line is None:
            return 0
        day, chain = first_line.astimezone(UTC).date(), b""
    sealed = 0
    while _start(day) + _DAY + _SETTLED <= clock.now():
        lines, chain = await _digest(session, day, chain)
        session.add(AuditSeal(day=day, lines=lines, digest=chain))
        day += _DAY
        sealed += 1
    await session.flush()
    return sealed


async def verify(session: AsyncSession) -> list[str]:
    """What is wrong with the trail: lines edited, and days whose lines or seals do not fit."""
    findings = [
        f"audit line {line.id}: changed after it was written"
        async for line in _lines(session, select(AuditEntry))
        if line.mac != line_mac(line)
    ]
    chain, expected = b"", None
    for seal in await session.scalars(select(AuditSeal).order_by(AuditSeal.day)):
        if expected and seal.day != expected:
            findings.append(f"audit day {expected}: seal missing")
        lines, digest = await _digest(session, seal.day, chain)
        if lines != seal.lines:
            findings.append(f"audit day {seal.day}: {seal.lines} lines were sealed, {lines} found")
        elif digest != seal.digest:
            findings.append(f"audit day {seal.day}: does not fit its seal")
        chain, expected = seal.digest, seal.day + _DAY
    return findings


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


async def _digest(session: AsyncSession, day: date, before: bytes) -> tuple[int, bytes]:
    """How many lines a day has, and a MAC over the day before's digest and their MACs in order."""
    macs = list(
        await session.scalars(
            select(AuditEntry.mac)
            .where(AuditEntry.at >= _start(day), AuditEntry.at < _start(day) + _DAY)
            .order_by(AuditEntry.id)
        )
    )
    return len(macs), keyed(b"audit-day:" + b"".join([day.isoformat().encode(), before, *macs]))


async def _lines(session: AsyncSession, query: Select[AuditEntry]) -> AsyncIterator[AuditEntry]:
    found = await session.stream_scalars(
        query.order_by(AuditEntry.id).execution_options(yield_per=1000)
    )
    async for line in found:
        yield line
