"""Case numbers: `{division of the accepting unit, 9}{yyyymmdd}{sequence, 5}`.

The sequence is a counter row per division and day, taken by the last statement before the
commit, so that it is held only for an instant: no global lock, no number twice, none reused.
"""

from datetime import date
from typing import Any

from sqlalchemy import Date, String, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases.models import Case, CaseCounter
from tongban.cases.problems import NotOffered
from tongban.core.fixed import Fixed
from tongban.organisations.tree import Tree

_COUNTER = (
    pg_insert(CaseCounter)
    .values(division=bindparam("counter_division"), day=bindparam("counter_day"), last=1)
    .on_conflict_do_update(
        index_elements=[CaseCounter.division, CaseCounter.day],
        set_={"last": CaseCounter.last + 1},
    )
    .returning(CaseCounter.division, CaseCounter.day, CaseCounter.last)
    .cte("counter")
)
_SEQUENCE = cast(_COUNTER.c.last, String)
NUMBER = (
    _COUNTER.c.division
    + func.to_char(cast(_COUNTER.c.day, Date), "YYYYMMDD")
    + func.lpad(_SEQUENCE, func.greatest(5, func.length(_SEQUENCE)), "0")
)
_NEXT_NUMBER = Fixed(select(NUMBER.label("number")))


async def number_draft(session: AsyncSession, case: Case, counter: dict[str, Any]) -> None:
    """Give a draft its number."""
    row = await _NEXT_NUMBER.row(session, counter)
    case.number = row.number if row else None


def counter_of(tree: Tree, case: Case, day: date) -> dict[str, Any]:
    """The counter of the accepting unit's street and the day: the parameters of `NUMBER`."""
    street = tree.street_of(tree[case.accepting_id])
    if street is None:
        raise NotOffered
    return {"counter_division": street.code, "counter_day": day}
