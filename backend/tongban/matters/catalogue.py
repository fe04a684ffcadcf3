"""Reading the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from tongban.core.pages import decode_cursor, encode_cursor
from tongban.core.problems import Invalid, NotFound
from tongban.core.texts import Language, Text
from tongban.identity.models import Staff
from tongban.identity.schemas import StaffRef
from tongban.matters.answers import (
    Comparison,
    MatterOut,
    MatterPage,
    MatterRow,
    VersionOut,
    VersionRow,
)
from tongban.matters.comparing import compare
from tongban.matters.models import Matter, MatterVersion
from tongban.matters.problems import UnknownMatter
from tongban.matters.schemas import Content, Version
from tongban.matters.service import version, versions

DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Filters:
    """Each one that is given must fit."""

    q: str | None = None
    category: str | None = None
    level: str | None = None
    scope: str | None = None
    status: str | None = None
    handling: str | None = None


async def list_matters(
    session: AsyncSession, filters: Filters, *, limit: int, cursor: str | None
) -> MatterPage:
    """The catalogue in the order of codes.

    Published versions are in this process's memory and a district has some hundreds of matters:
    they are looked through there. Raises `Invalid` at `/category` for one that no matter has.
    """
    after = decode_cursor(cursor, (str,))
    catalogue = await _rows(session)
    _check_category(catalogue, filters.category)
    rows = [
        row for row in catalogue if _fits(row, filters) and (after is None or row.code > after[0])
    ]
    more = len(rows) > limit
    return MatterPage(
        items=rows[:limit], next_cursor=encode_cursor(rows[limit - 1].code) if more else None
    )


async def _rows(session: AsyncSession) -> list[MatterRow]:
    published, draft = aliased(MatterVersion), aliased(MatterVersion)
    found = (
        await session.execute(
            select(Matter.code, Matter.status, published.id, draft.id.label("draft_id"))
            .outerjoin(
                published,
                and_(published.matter_id == Matter.id, published.state == "published"),
            )
            .outerjoin(draft, and_(draft.matter_id == Matter.id, draft.state == DRAFT))
            .order_by(Matter.code)
        )
    ).all()
    known = await versions(session, [row.id or row.draft_id for row in found])
    return [
        _row(
            known[row.id or row.draft_id].content,
            status=row.status,
            number=known[row.id].number if row.id else 0,
            has_draft=row.draft_id is not None,
        )
        for row in found
    ]


def _row(content: Content, *, status: str, number: int, has_draft: bool) -> MatterRow:
    return MatterRow(
        code=content.code,
        name=content.name,
        level=content.level,
        category=content.category,
        handling=content.handling,
        case_kind=content.case_kind,
        promised_days=content.promised_days,
        cross_handling_scope=content.cross_handling_scope,
        online_pre_review=content.online_pre_review,
        status=status,
        version=number,
        has_draft=has_draft,
    )


def _check_category(catalogue: Sequence[MatterRow], category: str | None) -> None:
    known = {row.category for row in catalogue}
    if category is not None and category not in known:
        zh, en = "、".join(sorted(known)), ", ".join(sorted(known))
        raise Invalid.field("/category", "unknown_category", _UNKNOWN.using(zh=zh, en=en))


_UNKNOWN = Text(
    "没有这个类别，请从以下类别中选择：{zh}", "There is no such category; choose one of: {en}"
)


def _fits(row: MatterRow, filters: Filters) -> bool:
    wanted = (
        (filters.category, row.category),
        (filters.level, row.level),
        (filters.scope, row.cross_handling_scope),
        (filters.status, row.status),
        (filters.handling, row.handling),
    )
    word = (filters.q or "").strip().lower()
    found = word in row.name.lower() or row.code.lower().startswith(word)
    return found and all(value is None or value == has for value, has in wanted)


async def by_code(session: AsyncSession, code: str, *, lock: bool = False) -> Matter:
    """The matter, for an edit with its row locked. Raises `NotFound`."""
    query = select(Matter).where(Matter.code == code)
    matter = await session.scalar(query.with_for_update() if lock else query)
    if matter is None:
        raise NotFound
    return matter


async def draft_of(session: AsyncSession, matter: Matter) -> MatterVersion | None:
    return await session.scalar(
        select(MatterVersion).where(
            MatterVersion.matter_id == matter.id, MatterVersion.state == DRAFT
        )
    )


async def published_of(session: AsyncSession, matter: Matter) -> MatterVersion | None:
    return await session.scalar(
        select(MatterVersion).where(
            MatterVersion.matter_id == matter.id, MatterVersion.state == "published"
        )
    )


async def get_matter(session: AsyncSession, code: str) -> MatterOut:
    """One matter, retired ones included. Raises `NotFound`."""
    matter = await by_code(session, code)
    draft = await draft_of(session, matter)
    shown = await published_of(session, matter) or draft
    if shown is None:
        raise NotFound
    return MatterOut(
        code=matter.code,
        status=matter.status,
        version=shown.number,
        state=shown.state,
        published_at=shown.published_at,
        has_draft=draft is not None,
        content=Content.model_validate(shown.content),
    )


async def list_versions(session: AsyncSession, code: str) -> list[VersionRow]:
    """Every version that is or was in force, the newest first. Raises `NotFound`."""
    matter = await by_code(session, code)
    rows = await session.execute(
        select(MatterVersion, Staff.username, Staff.name)
        .outerjoin(Staff, Staff.id == MatterVersion.published_by)
        .where(MatterVersion.matter_id == matter.id, MatterVersion.state != DRAFT)
        .order_by(MatterVersion.number.desc())
    )
    return [VersionRow(**_fixed(version, username, name)) for version, username, name in rows]


def _fixed(version: MatterVersion, username: str | None, name: str | None) -> dict[str, object]:
    return {
        "number": version.number,
        "state": version.state,
        "note": version.note,
        "published_at": version.published_at,
        "published_by": StaffRef(username=username, name=name or "") if username else None,
    }


async def get_version(session: AsyncSession, code: str, number: int) -> VersionOut:
    """One version that is or was in force. Raises `NotFound`."""
    matter = await by_code(session, code)
    found = await session.execute(
        select(MatterVersion, Staff.username, Staff.name)
        .outerjoin(Staff, Staff.id == MatterVersion.published_by)
        .where(
            MatterVersion.matter_id == matter.id,
            MatterVersion.number == number,
            MatterVersion.state != DRAFT,
        )
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound
    version, username, name = row
    return VersionOut(
        **_fixed(version, username, name), content=Content.model_validate(version.content)
    )


async def find_version(session: AsyncSession, code: str, which: str | None) -> Version:
    """A version by its number, the `draft`, or the published version (None), of a matter of any
    status. Raises `NotFound`."""
    if which is None or which == DRAFT:
        wanted = MatterVersion.state == (which or "published")
    else:
        wanted = MatterVersion.number == int(which)
    found = await session.scalar(
        select(MatterVersion.id)
        .join(Matter, Matter.id == MatterVersion.matter_id)
        .where(Matter.code == code, wanted)
    )
    if found is None:
        raise NotFound
    return await version(session, found)


async def compare_versions(
    session: AsyncSession, code: str, before: str, after: str, language: Language
) -> Comparison:
    """The differences between two versions. Raises `NotFound`."""
    old = (await find_version(session, code, before)).content
    new = (await find_version(session, code, after)).content
    return Comparison(code=code, before=before, after=after, changes=compare(old, new, language))


async def export(session: AsyncSession, codes: Sequence[str] | None) -> list[Content]:
    """The published content of these active matters, of all without codes: what an import takes.

    Raises `UnknownMatter` at the first of the codes that has none.
    """
    query = (
        select(Matter.code, MatterVersion.id)
        .join(MatterVersion, MatterVersion.matter_id == Matter.id)
        .where(Matter.status == "active", MatterVersion.state == "published")
        .order_by(Matter.code)
    )
    if codes is not None:
        query = query.where(Matter.code.in_(codes))
    rows = (await session.execute(query)).all()
    found = {row.code for row in rows}
    for place, code in enumerate(codes or []):
        if code not in found:
            raise UnknownMatter().at(f"/codes/{place}")
    known = await versions(session, [row.id for row in rows])
    return [known[row.id].content for row in rows]
