"""Case numbers: `{division of the accepting unit, 9}{yyyymmdd}{sequence, 5}`.

The sequence is a counter row per division and day, taken by the last statement before the
commit, so that it is held only for an instant: no global lock, no number twice, none reused.
"""

from typing import Any

from sqlalchemy import Date, String, bindparam, cast, func, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert

from tongban.cases.models import CaseCounter
from tongban.cases.problems import NotOffered
from tongban.cases.work import Work
from tongban.core.db import Base
from tongban.core.fixed import Fixed

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
_NUMBER = (
    _COUNTER.c.division
    + func.to_char(cast(_COUNTER.c.day, Date), "YYYYMMDD")
    + func.lpad(_SEQUENCE, func.greatest(5, func.length(_SEQUENCE)), "0")
)
# The table, not the class: inserting through the mapper would cost more and do no more.
_TABLE = Base.metadata.tables["cases"]
_COLUMNS = [c for c in _TABLE.columns if c.key not in ("number", "search")]
_INSERT_CASE = Fixed(
    insert(_TABLE)
    .from_select(
        [*_COLUMNS, _TABLE.c.number],
        select(*(bindparam(column.key, type_=column.type) for column in _COLUMNS), _NUMBER),
    )
    .returning(_TABLE.c.number)
)
_NEXT_NUMBER = select(_NUMBER)


async def number_new(work: Work) -> None:
    """Insert the case itself, with the next number, as the transaction's last statement."""
    values = {column.key: getattr(work.case, column.key) for column in _COLUMNS}
    row = await _INSERT_CASE.row(work.session, {**values, **_counter_of(work)})
    work.case.number = row.number if row else None


async def number_draft(work: Work) -> None:
    """Give a draft its number."""
    work.case.number = await work.session.scalar(_NEXT_NUMBER, _counter_of(work))


def _counter_of(work: Work) -> dict[str, Any]:
    """The counter of the accepting unit's street and the day."""
    street = work.tree.street_of(work.tree[work.case.accepting_id])
    if street is None:
        raise NotOffered
    return {"counter_division": street.code, "counter_day": work.today}
