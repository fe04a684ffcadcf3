"""办事台帐: registered cases counted by period and dimension, with subtotals and totals."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import and_, cast, func, not_, select
from sqlalchemy.dialects.postgresql import DATE
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import filtering, sheets
from tongban.cases import schemas as s
from tongban.cases.models import Case, CaseScope
from tongban.cases.policy import own_scope, wide_scope
from tongban.cases.presenting import place_in
from tongban.cases.rules import RUNNING, Outcome, Status
from tongban.core import clock
from tongban.core.db import AnyRow
from tongban.core.problems import Forbidden, Invalid
from tongban.core.settings import Settings
from tongban.core.spans import Day, check_span, on_days
from tongban.core.texts import Text
from tongban.identity.actor import Actor
from tongban.identity.models import Staff
from tongban.identity.roles import Permission
from tongban.identity.schemas import StaffRef
from tongban.organisations.service import get_tree, named_with_below
from tongban.organisations.tree import Tree

Dimension = Literal["period", "matter", "organisation", "clerk"]
MAX_DAYS = 366


class LedgerQuery(BaseModel):
    """`group_by` is the order of the dimensions: each gets a subtotal within those before it."""

    model_config = ConfigDict(extra="forbid")

    period: Literal["day", "week", "month"] = "day"
    date_from: Day | None = None
    date_to: Day | None = None
    group_by: list[Dimension] = Field(["period", "matter"], min_length=1, max_length=4)
    scope: Literal["own", "wide"] = "own"
    matter: str | None = Field(None, max_length=40)
    organisation: str | None = Field(None, max_length=40, description="Accepting; itself or below")
    clerk: str | None = Field(None, max_length=60)


async def ledger(
    session: AsyncSession, settings: Settings, actor: Actor, query: LedgerQuery
) -> s.LedgerOut:
    """Subtotals come from one statement with `ROLLUP`, so that they always add up.

    Raises `Invalid` for a span of more than a year or a repeated dimension, `Forbidden`,
    `UnknownMatter`, `UnknownStaff`, `UnknownOrganisation`.
    """
    tree = await get_tree(session)
    first, last = _span(settings, query)
    zone, scope = settings.zone, _scope(tree, actor, query.scope)
    columns = {
        "period": cast(
            func.date_trunc(query.period, func.timezone(zone.key, Case.registered_at)), DATE
        ),
        "matter": Case.matter_code,
        "organisation": Case.accepting_id,
        "clerk": Staff.username,
    }
    dimensions: list[Any] = [columns[name].label(name) for name in query.group_by]
    keys = [columns[name] for name in query.group_by]
    statement = (
        select(
            *dimensions,
            func.grouping(*keys).label("mask"),
            func.max(Case.matter_name).label("matter_name"),
            func.max(Staff.name).label("clerk_name"),
            *_counts(clock.today(zone)),
        )
        .join(Staff, Staff.id == Case.registered_by)
        .where(
            Case.id.in_(select(CaseScope.case_id).where(CaseScope.organisation_id.in_(scope))),
            Case.status != Status.DRAFT,
            *on_days(Case.registered_at, first, last, zone),
            *await _filters(session, tree, scope, query),
        )
        .group_by(func.rollup(*keys))
        .order_by(*(key.nulls_first() for key in keys))
    )
    rows = (await session.execute(statement)).all()
    return s.LedgerOut(
        period=query.period,
        group_by=list(query.group_by),
        from_date=first,
        to_date=last,
        rows=[_row(tree, query, row) for row in rows],
    )


async def ledger_xlsx(
    session: AsyncSession, settings: Settings, actor: Actor, query: LedgerQuery
) -> bytes:
    return sheets.ledger(await ledger(session, settings, actor, query))


def _span(settings: Settings, query: LedgerQuery) -> tuple[date, date]:
    last = query.date_to or clock.today(settings.zone)
    first = query.date_from or last.replace(day=1)
    check_span(first, last, "/date_to" if query.date_to else "/date_from")
    if (last - first).days >= MAX_DAYS:
        raise Invalid.field(
            "/date_from", "bad_span", Text("一次最多查询一年", "At most one year at a time")
        )
    if len(set(query.group_by)) != len(query.group_by):
        raise Invalid.field("/group_by", "repeated", Text("汇总维度重复", "A dimension twice"))
    return first, last


def _scope(tree: Tree, actor: Actor, scope: str) -> list[int]:
    if scope == "own":
        return own_scope(tree, actor)
    if not actor.can(Permission.CASES_QUERY_WIDE):
        raise Forbidden
    return wide_scope(tree, actor)


async def _filters(
    session: AsyncSession, tree: Tree, scope: list[int], query: LedgerQuery
) -> list[Any]:
    found: list[Any] = []
    if query.matter:
        await filtering.check_matter(session, query.matter)
        found.append(Case.matter_code == query.matter)
    if query.clerk:
        await filtering.check_clerk(session, tree, query.clerk, scope)
        found.append(Staff.username == query.clerk)
    if query.organisation:
        below = named_with_below(tree, query.organisation, "/organisation")
        found.append(Case.accepting_id.in_(below))
    return found


def _counts(today: date) -> list[Any]:
    def count(name: str, condition: Any) -> Any:
        return func.count().filter(condition).label(name)

    return [
        func.count().label("registered"),
        count("accepted", Case.accepted_at.is_not(None)),
        count("not_accepted", Case.status == Status.NOT_ACCEPTED),
        count("in_process", Case.status.in_(RUNNING)),
        count("approved", Case.outcome == Outcome.APPROVED),
        count("denied", Case.outcome == Outcome.DENIED),
        count("filed", Case.outcome == Outcome.FILED),
        count("forwarded", Case.outcome == Outcome.FORWARDED),
        count("withdrawn", Case.status == Status.WITHDRAWN),
        count("terminated", Case.status == Status.TERMINATED),
        count("cross_handled", Case.cross_handling != "none"),
        count(
            "overdue",
            and_(Case.status.in_(RUNNING), not_(Case.suspended), Case.due_on < today),
        ),
    ]


_COUNTED = (
    "registered",
    "accepted",
    "not_accepted",
    "in_process",
    "approved",
    "denied",
    "filed",
    "forwarded",
    "withdrawn",
    "terminated",
    "cross_handled",
    "overdue",
)


def _row(tree: Tree, query: LedgerQuery, row: AnyRow) -> s.LedgerRow:
    # ROLLUP drops dimensions from the right; GROUPING has a bit for each that was dropped.
    level = len(query.group_by) - int(row.mask).bit_count()
    fixed = {name: getattr(row, name) for name in query.group_by[:level]}
    unit = tree.get(fixed["organisation"]) if "organisation" in fixed else None
    return s.LedgerRow(
        level=level,
        period=fixed.get("period"),
        matter_code=fixed.get("matter"),
        matter_name=row.matter_name if "matter" in fixed else None,
        organisation=place_in(tree, unit.id) if unit else None,
        clerk=StaffRef(username=fixed["clerk"], name=row.clerk_name) if "clerk" in fixed else None,
        **{name: getattr(row, name) for name in _COUNTED},
    )
