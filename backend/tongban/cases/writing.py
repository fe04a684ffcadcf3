"""What a change of a case leaves behind, written by one statement.

Rows travel as JSON, an array for each table, so that tasks, scope, events and the rest cost one
round trip whatever their number. Of a new case its own row comes last: it takes the number, and
whoever else takes one of the same street and day waits from then until the commit. Foreign keys
between the tables are checked at the commit.
"""

from typing import Any

from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import models, numbers
from tongban.core.db import Base
from tongban.core.fixed import Fixed

Rows = dict[str, list[dict[str, Any]]]
"""Rows to write, by table."""


def _inserting(model: type[Base], **instead: Any) -> Insert:
    """Inserts the rows in the parameter named like the table; `instead` gives columns that are
    computed here, what the database makes itself is left to it."""
    table = Base.metadata.tables[model.__tablename__]
    names = [c.name for c in table.columns if c.computed is None and c.identity is None]
    given = (
        func.jsonb_populate_recordset(
            literal_column(f"NULL::{table.name}"), bindparam(table.name, type_=JSONB)
        )
        .table_valued(*names)
        .alias(f"given_{table.name}")
    )
    values = select(*(instead.get(name, given.c[name]) for name in names))
    return insert(table).from_select(names, values)


_CHANGE = (
    _inserting(models.Task).cte("new_tasks"),
    _inserting(models.CaseScope).on_conflict_do_nothing().cte("new_scope"),
    _inserting(models.Event).cte("new_events"),
)
_PEOPLE_AND_PAPERS = (
    _inserting(models.CasePersonal).cte("new_personal"),
    _inserting(models.CaseMaterial).cte("new_materials"),
)
_SAVE = Fixed(_inserting(models.Outbox).add_cte(*_CHANGE))
_SAVE_NEW = Fixed(_inserting(models.Outbox).add_cte(*_CHANGE, *_PEOPLE_AND_PAPERS))
_NUMBERED = Fixed(_inserting(models.Case, number=numbers.NUMBER).returning(models.Case.number))
_DRAFTED = Fixed(_inserting(models.Case).returning(models.Case.number))


async def save(session: AsyncSession, rows: Rows) -> None:
    """Write what a change of a case adds: `tasks`, `case_scope`, `events`, `outbox`."""
    await _SAVE.rows(session, rows)


async def save_new(
    session: AsyncSession, case: models.Case, rows: Rows, counter: dict[str, Any] | None
) -> None:
    """Write a new case (`core.fixed.unwritten`) with all that belongs to it: the above,
    `case_personal` and `case_materials`. With a `counter` it is given its next number."""
    await _SAVE_NEW.rows(session, rows)
    row = vars(case)
    if counter is None:
        await _DRAFTED.rows(session, {"cases": [row]})
    else:
        written = await _NUMBERED.row(session, {"cases": [row], **counter})
        case.number = written.number if written else None
