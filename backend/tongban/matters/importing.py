"""Matters from a file: checked as a whole, written only where something changed."""

from collections.abc import Sequence
from typing import Any, Literal

import orjson
from pydantic import ValidationError
from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.privacy import sm3
from tongban.core.problems import FieldError
from tongban.core.texts import Language, Text
from tongban.core.validation import field_errors, path_of, pointer
from tongban.identity.actor import Actor
from tongban.matters.answers import ImportLine, ImportReport
from tongban.matters.catalogue_words import translate
from tongban.matters.comparing import compare
from tongban.matters.models import Matter, MatterVersion
from tongban.matters.places import at, matter_title, place_in
from tongban.matters.problems import BrokenCatalogue
from tongban.matters.schemas import Content

_NOT_A_LIST = Text(
    "文件应为事项的列表，请选择由“导出”得到的文件",
    "The file must hold a list of matters, as an export gives it",
)
_TWICE = Text("文件中有两个这样的编码，请只留一个", "Stands twice in the file; keep one of the two")


def digest(content: Content) -> bytes:
    """SM3 of the canonical content, which the audit log names."""
    canonical = orjson.dumps(content.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
    return sm3(canonical)


def read_matters(data: Any) -> list[Content]:
    """Every matter of a file. Raises `BrokenCatalogue` with every error of every matter."""
    if not isinstance(data, list):
        raise BrokenCatalogue(count=1, errors=[FieldError("", "not_a_list", _NOT_A_LIST)])
    errors: list[FieldError] = []
    found: dict[str, Content] = {}
    for index, item in enumerate(data):
        said = translate(item) if isinstance(item, dict) else item
        title = matter_title(said, index)
        try:
            content = Content.model_validate(said)
        except ValidationError as error:
            wrong = field_errors(error.errors())
            errors += [_of_matter(title, said, index, one) for one in wrong]
            continue
        if content.code in found:
            twice = FieldError("/code", "duplicate", _TWICE)
            errors.append(_of_matter(title, said, index, twice))
        found[content.code] = content
    if errors:
        raise BrokenCatalogue(count=len(errors), errors=errors)
    return list(found.values())


def _of_matter(title: Text, said: Any, index: int, error: FieldError) -> FieldError:
    """An error of one matter as one of the file: its words name matter and field, its pointer
    begins with the matter's code, or its number where it has none."""
    code = said.get("code") if isinstance(said, dict) else None
    begin = pointer([code if isinstance(code, str) and code else index])
    place = place_in(said, path_of(error.pointer))
    text = at(place, error.text) if error.pointer else error.text
    return FieldError(f"{begin}{error.pointer}", error.code, at(title, text))


async def lock_catalogue(session: AsyncSession) -> None:
    """Until the end of the transaction new matters and versions are made here alone: what was
    planned is then still so when it is written."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("catalogue"))))


async def plan_import(
    session: AsyncSession, contents: Sequence[Content], language: Language = "zh"
) -> ImportReport:
    """What publishing these would change."""
    codes = [content.code for content in contents]
    present = await _published(session, codes)
    retired = set(
        await session.scalars(
            select(Matter.code).where(Matter.code.in_(codes), Matter.status == "retired")
        )
    )
    lines = [
        _line(content, present.get(content.code), content.code in retired, language)
        for content in contents
    ]
    return ImportReport(
        matters=lines,
        new=sum(line.outcome == "new" for line in lines),
        changed=sum(line.outcome == "changed" for line in lines),
        unchanged=sum(line.outcome == "unchanged" for line in lines),
    )


async def _published(session: AsyncSession, codes: Sequence[str]) -> dict[str, Content]:
    rows = await session.execute(
        select(Matter.code, MatterVersion.content)
        .join(MatterVersion, MatterVersion.matter_id == Matter.id)
        .where(Matter.code.in_(codes), MatterVersion.state == "published")
    )
    return {row.code: Content.model_validate(row.content) for row in rows}


def _line(
    content: Content, present: Content | None, retired: bool, language: Language
) -> ImportLine:
    if present is None:
        outcome: Literal["new", "changed", "unchanged"] = "new"
    else:
        outcome = "unchanged" if present == content else "changed"
    return ImportLine(
        code=content.code,
        name=content.name,
        outcome=outcome,
        retired=retired,
        changes=compare(present, content, language) if present else [],
    )


async def publish_contents(
    session: AsyncSession, contents: Sequence[Content], actor: Actor | None
) -> None:
    """Make these the published versions of their matters, new matters included.

    Drafts stay beside them, and a retired matter stays retired. The caller has taken
    `lock_catalogue`.
    """
    if not contents:
        return
    codes = sorted(content.code for content in contents)
    known = set(await session.scalars(_locked(codes)))
    new = [{"code": code, "status": "active"} for code in codes if code not in known]
    if new:
        await session.execute(insert(Matter), new)
    ids = {
        row.code: row.id
        for row in await session.execute(
            select(Matter.id, Matter.code).where(Matter.code.in_(codes))
        )
    }
    await session.execute(
        update(Matter)
        .where(Matter.code.in_(codes), Matter.status == "draft")
        .values(status="active")
    )
    last = await last_numbers(session, list(ids.values()))
    await session.execute(
        update(MatterVersion)
        .where(MatterVersion.matter_id.in_(ids.values()), MatterVersion.state == "published")
        .values(state="superseded")
    )
    now, who = clock.now(), actor.staff_id if actor else None
    await session.execute(
        insert(MatterVersion),
        [
            {
                "matter_id": ids[content.code],
                "number": last.get(ids[content.code], 0) + 1,
                "base": last.get(ids[content.code], 0),
                "state": "published",
                "content": content.model_dump(mode="json"),
                "digest": digest(content),
                "changed_at": now,
                "changed_by": who,
                "published_at": now,
                "published_by": who,
            }
            for content in contents
        ],
    )


def _locked(codes: Sequence[str]) -> Select[str]:
    wanted = select(Matter.code).where(Matter.code.in_(codes))
    return wanted.order_by(Matter.code).with_for_update()


async def last_numbers(session: AsyncSession, matter_ids: Sequence[int]) -> dict[int, int]:
    """The highest version number of each matter; matters without versions are left out."""
    rows = await session.execute(
        select(MatterVersion.matter_id, func.max(MatterVersion.number).label("last"))
        .where(MatterVersion.matter_id.in_(matter_ids))
        .group_by(MatterVersion.matter_id)
    )
    return {row.matter_id: row.last for row in rows}
