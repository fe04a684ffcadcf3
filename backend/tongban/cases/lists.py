"""Lists of cases and hand-overs: keyset pages, counted honestly."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import (
    ColumnElement,
    exists,
    false,
    func,
    not_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import filtering, personal, presenting, search, sheets
from tongban.cases import schemas as s
from tongban.cases.clocks import Viewer, viewer_for
from tongban.cases.models import Case, CasePersonal, CaseScope, Handover
from tongban.cases.policy import VISIBLE, own_scope, seen_by, wide_scope
from tongban.cases.problems import TooManyForSheet
from tongban.cases.rules import OPEN, RUNNING, Outcome, Status
from tongban.core import clock
from tongban.core.db import AnySelect
from tongban.core.pages import Page, decode_cursor, encode_cursor
from tongban.core.privacy import blind_index, normalise
from tongban.core.problems import Forbidden, Invalid
from tongban.core.settings import Settings
from tongban.core.spans import Day, check_span, on_days
from tongban.core.texts import Text
from tongban.identity import audit
from tongban.identity.actor import Actor
from tongban.identity.models import Staff
from tongban.identity.roles import Permission
from tongban.identity.schemas import StaffRef
from tongban.organisations.service import get_tree, named, named_with_below
from tongban.organisations.tree import Tree

_COUNTED = 10_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORTED = 20_000
"""Rows of a sheet, which a request makes while others wait: some seconds at most."""
Flag = Literal[
    "returned",
    "suspended",
    "correction_pending",
    "promise_open",
    "promise_missed",
    "extension_pending",
    "deemed_accepted",
]


class CaseFilters(BaseModel):
    """Filters of the case query; every one narrows. Dates are days of registration."""

    model_config = ConfigDict(extra="forbid")

    scope: Literal["own", "wide"] = "own"
    q: str | None = Field(None, max_length=60, description="Number, name, ID or mobile")
    matter: str | None = Field(None, max_length=40)
    status: list[Status] = []
    outcome: Outcome | None = None
    open: bool | None = None
    mine: bool = Field(False, description="Registered by me")
    channel: s.Channel | None = None
    handling: Literal["direct", "carried", "filing"] | None = None
    case_kind: Literal["immediate", "promised"] | None = None
    cross_handling: s.CrossHandling | None = None
    linkage: s.Linkage | None = None
    accepting: str | None = Field(None, max_length=40, description="Itself or below")
    home: str | None = Field(None, max_length=40, description="Itself or below")
    organisation: str | None = Field(None, max_length=40, description="Takes part")
    due: Literal["overdue", "today", "week"] | None = None
    flag: Flag | None = None
    date_from: Day | None = None
    date_to: Day | None = None


class HandoverQuery(BaseModel):
    """A page of papers carried to bureaus. `out`: not back yet; `overdue`: and late."""

    model_config = ConfigDict(extra="forbid")

    out: bool = True
    overdue: bool = False
    limit: int = Field(20, ge=1, le=200)
    cursor: str | None = Field(None, max_length=500)


class CaseQuery(CaseFilters):
    """A page of the case query."""

    limit: int = Field(20, ge=1, le=200)
    cursor: str | None = Field(None, max_length=500)


class CaseExport(CaseFilters):
    """The case query as a sheet."""

    columns: list[sheets.CaseColumn] = Field(
        [], max_length=40, description="In this order; none for the usual ones"
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query with what its filters need."""

    settings: Settings
    actor: Actor
    tree: Tree
    filters: CaseFilters

    @property
    def seen(self) -> dict[str, Any]:
        """The parameters of `VISIBLE`. Raises `Forbidden` for a scope that is not the actor's."""
        if self.filters.scope == "own":
            return seen_by(self.actor, own_scope(self.tree, self.actor))
        if not self.actor.can(Permission.CASES_QUERY_WIDE):
            raise Forbidden
        return seen_by(self.actor, wide_scope(self.tree, self.actor))


_CASES = (
    select(*presenting.ROW_COLUMNS, Staff.username, Staff.name)
    .join(Staff, Staff.id == Case.registered_by)
    .where(VISIBLE)
    .order_by(Case.registered_at.desc(), Case.id.desc())
)


async def list_cases(
    session: AsyncSession, settings: Settings, actor: Actor, query: CaseQuery
) -> Page[s.CaseRow]:
    rows = await _rows(session, settings, actor, query, query.limit + 1, query.cursor)
    items = rows[: query.limit]
    last = items[-1] if len(rows) > query.limit else None
    return Page(
        items=items,
        next_cursor=encode_cursor(last.registered_at.isoformat(), str(last.id)) if last else None,
    )


async def _rows(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    filters: CaseFilters,
    limit: int,
    cursor: str | None,
) -> list[s.CaseRow]:
    """Newest first."""
    asked = _Asked(settings, actor, await get_tree(session), filters)
    statement = (await _filtered(session, asked, _CASES)).limit(limit)
    keys = decode_cursor(cursor, (datetime, UUID))
    if keys:
        statement = statement.where(tuple_(Case.registered_at, Case.id) < tuple_(*keys))
    viewer = await viewer_for(session, settings, asked.tree)
    return [
        presenting.case_row(viewer, row, (row.username, row.name))
        for row in cast("Iterable[Any]", await session.execute(statement, asked.seen))
    ]


async def count_cases(
    session: AsyncSession, settings: Settings, actor: Actor, filters: CaseFilters
) -> s.CaseCount:
    count = await _count(session, settings, actor, filters, _COUNTED + 1)
    return s.CaseCount(count=min(count, _COUNTED), more=count > _COUNTED)


async def _count(
    session: AsyncSession, settings: Settings, actor: Actor, filters: CaseFilters, most: int
) -> int:
    """How many cases there are, up to `most`: what comes after them is not read."""
    asked = _Asked(settings, actor, await get_tree(session), filters)
    found = await _filtered(session, asked, select(Case.id).where(VISIBLE))
    counted = select(func.count()).select_from(found.limit(most).subquery())
    return await session.scalar(counted, asked.seen) or 0


async def export_cases(
    session: AsyncSession, settings: Settings, actor: Actor, query: CaseExport
) -> bytes:
    """The query's rows as a sheet; who exported what is audited. Raises `TooManyForSheet`,
    `Invalid` for a column that is named twice."""
    if len(set(query.columns)) != len(query.columns):
        raise Invalid.field("/columns", "repeated", Text("同一列选了两次", "A column twice"))
    if await _count(session, settings, actor, query, EXPORTED + 1) > EXPORTED:
        raise TooManyForSheet(most=EXPORTED).at("/date_from")
    rows = await _rows(session, settings, actor, query, EXPORTED, None)
    filters = query.model_dump(mode="json", exclude_none=True, exclude={"columns"})
    await audit.record(
        session,
        actor=actor,
        action="cases.exported",
        subject="cases",
        details={"rows": len(rows), "filters": filters, "columns": query.columns or None},
    )
    return sheets.cases(rows, query.columns)


async def _filtered(session: AsyncSession, asked: _Asked, statement: AnySelect) -> AnySelect:
    """The statement narrowed to what was asked for.

    Raises `UnknownMatter`, `UnknownOrganisation`, `Invalid` for a span.
    """
    filters = asked.filters
    if filters.matter:
        await filtering.check_matter(session, filters.matter)
    conditions = [*_plain(filters), *_organisations(asked), *_days(asked)]
    if filters.q:
        await personal.set_scope(session, asked.tree, asked.actor)
        conditions.append(_free_text(filters.q))
    if filters.mine:
        conditions.append(Case.registered_by == asked.actor.staff_id)
    return statement.where(*conditions)


def _plain(filters: CaseFilters) -> Iterator[ColumnElement[bool]]:
    equal = {
        Case.matter_code: filters.matter,
        Case.outcome: filters.outcome,
        Case.channel: filters.channel,
        Case.handling: filters.handling,
        Case.case_kind: filters.case_kind,
        Case.cross_handling: filters.cross_handling,
        Case.linkage: filters.linkage,
    }
    for column, value in equal.items():
        if value is not None:
            yield column == value
    if filters.status:
        yield Case.status.in_(filters.status)
    if filters.open is not None:
        yield Case.status.in_(OPEN) if filters.open else Case.status.not_in(OPEN)
    if filters.flag == "extension_pending":
        yield Case.extension_asked_days.is_not(None)
    elif filters.flag == "promise_missed":
        yield Case.promise_open & Case.promise_missed_on.is_not(None)
    elif filters.flag:
        yield getattr(Case, filters.flag)


def _organisations(asked: _Asked) -> Iterator[ColumnElement[bool]]:
    filters, tree = asked.filters, asked.tree
    if filters.accepting:
        yield Case.accepting_id.in_(named_with_below(tree, filters.accepting, "/accepting"))
    if filters.home:
        yield Case.home_id.in_(named_with_below(tree, filters.home, "/home"))
    if filters.organisation:
        taking_part = named(tree, filters.organisation, "/organisation").id
        yield exists().where(CaseScope.case_id == Case.id, CaseScope.organisation_id == taking_part)


def _days(asked: _Asked) -> Iterator[ColumnElement[bool]]:
    filters, zone = asked.filters, asked.settings.zone
    check_span(filters.date_from, filters.date_to)
    yield from on_days(Case.registered_at, filters.date_from, filters.date_to, zone)
    if filters.due:
        today = clock.today(zone)
        yield Case.status.in_(RUNNING)
        yield not_(Case.suspended)
        yield {
            "overdue": Case.due_on < today,
            "today": Case.due_on == today,
            "week": Case.due_on.between(today, today + timedelta(days=7)),
        }[filters.due]


def _free_text(text: str) -> ColumnElement[bool]:
    """Whatever a clerk types into one box: case number, ID number, mobile or a name.

    Names hold no digits as a rule, the others always do. Each is looked up by its own index: with
    `OR` between them the database reads every case.
    """
    compact = normalise(text)
    by_name = search.matches(text)
    if not any(character.isdigit() for character in compact):
        return false() if by_name is None else by_name
    number, mobile = blind_index("id_number", compact), blind_index("mobile", compact)
    found = [
        select(Case.id).where(Case.number == compact),
        *(
            select(CasePersonal.case_id).where(column == value)
            for column, value in (
                (CasePersonal.id_index, number),
                (CasePersonal.agent_index, number),
                (CasePersonal.mobile_index, mobile),
            )
        ),
    ]
    if by_name is not None:
        found.append(select(Case.id).where(by_name))
    return Case.id.in_(union_all(*found))


async def list_handovers(
    session: AsyncSession, settings: Settings, actor: Actor, query: HandoverQuery
) -> Page[s.HandoverRow]:
    """Papers at bureaus, longest there first, within what the actor may see."""
    tree = await get_tree(session)
    viewer = await viewer_for(session, settings, tree)
    statement = (
        select(Handover, Case, Staff.username, Staff.name)
        .join(Case, Case.id == Handover.case_id)
        .join(Staff, Staff.id == Handover.runner_id)
        .where(VISIBLE)
        .order_by(Handover.handed_over_on, Handover.id)
        .limit(query.limit + 1)
    )
    if query.out or query.overdue:
        statement = statement.where(Handover.returned_on.is_(None))
    if query.overdue:
        statement = statement.where(Handover.due_on < viewer.today, Case.suspended.is_(False))
    keys = decode_cursor(query.cursor, (date, UUID))
    if keys:
        statement = statement.where(tuple_(Handover.handed_over_on, Handover.id) > tuple_(*keys))
    seen = seen_by(actor, own_scope(tree, actor))
    rows = (await session.execute(statement, seen)).all()
    last = rows[query.limit - 1].Handover if len(rows) > query.limit else None
    return Page(
        items=[_handover_row(viewer, *row) for row in rows[: query.limit]],
        next_cursor=encode_cursor(str(last.handed_over_on), str(last.id)) if last else None,
    )


def _handover_row(
    viewer: Viewer, papers: Handover, case: Case, username: str, name: str
) -> s.HandoverRow:
    back = papers.returned_on is not None
    due_on = papers.due_on if back else presenting.due_on(case, papers.due_on)
    remaining = 0 if back else viewer.lights.of(due_on, 0, viewer.today).remaining_days
    return s.HandoverRow(
        case_number=case.number or "",
        matter_name=case.matter_name,
        applicant_name=case.applicant["name"],
        bureau=presenting.organisation(viewer, papers.bureau_id),
        runner=StaffRef(username=username, name=name),
        handed_over_on=papers.handed_over_on,
        received_by=papers.received_by,
        due_on=due_on,
        overdue_days=max(0, -(remaining or 0)),
        returned_on=papers.returned_on,
        decision=papers.decision,
        document_number=papers.document_number,
    )
