"""Case numbers: `{division of the accepting unit, 9}{yyyymmdd}{sequence, 5}`.

The sequence is a counter row per division and day, taken by the last statement before the
commit, so that it is held only for an instant: no global lock, no number twice, none reused.
"""

from datetime import date
from typing import Any

from sqlalchemy import CTE, Date, String, cast, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as pg_insert

from tongban.cases.models import Case, CaseCounter
from tongban.cases.problems import NotOffered
from tongban.cases.work import Work

_BY_DATABASE = frozenset({"number", "search"})


def _next(division: str, day: date) -> CTE:
    return (
        pg_insert(CaseCounter)
        .values(division=division, day=day, last=1)
        .on_conflict_do_update(
            index_elements=[CaseCounter.division, CaseCounter.day],
            set_={"last": CaseCounter.last + 1},
        )
        .returning(CaseCounter.division, CaseCounter.day, CaseCounter.last)
        .cte("counter")
    )


def _number(counter: CTE) -> Any:
    sequence = cast(counter.c.last, String)
    return (
        counter.c.division
        + func.to_char(cast(counter.c.day, Date), "YYYYMMDD")
        + func.lpad(sequence, func.greatest(5, func.length(sequence)), "0")
    )


async def number_new(work: Work) -> None:
    """Insert the case itself, with the next number, as the transaction's last statement."""
    case, counter = work.case, _next(*_division_and_day(work))
    columns = [c for c in Case.__table__.columns if c.key not in _BY_DATABASE]
    values = [literal(getattr(case, column.key), column.type) for column in columns]
    statement = (
        insert(Case)
        .from_select([*columns, "number"], select(*values, _number(counter)))
        .returning(Case.number)
    )
    case.number = await work.session.scalar(statement)


async def number_draft(work: Work) -> None:
    """Give a draft its number."""
    case, counter = work.case, _next(*_division_and_day(work))
    case.number = await work.session.scalar(select(_number(counter)))


def _division_and_day(work: Work) -> tuple[str, date]:
    street = work.tree.street_of(work.tree[work.case.accepting_id])
    if street is None:
        raise NotOffered
    return street.code, work.today
