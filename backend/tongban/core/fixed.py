"""Statements that never change: compiled at import, run by the driver itself.

Written with SQLAlchemy like all others, in the same transaction as all others. Composing a
statement, looking it up and loading objects takes several times as long as a short query, so
what counters call all day goes past that. Everything else uses the session as usual.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import asyncpg
import orjson
from sqlalchemy import JSON, Insert, Select, TextClause
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler

from tongban.core.db import DRIVER, Base

Row = TypeVar("Row", bound=Base)
_DIALECT = dialect()  # type: ignore[no-untyped-call]


class Fixed:
    """One statement. Its parameters go by name and must all be given.

    `columns` names what an insert fills in. Rows come back with their columns as attributes;
    types are the driver's, JSON as Python values.
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | Insert | TextClause,
        columns: Sequence[str] | None = None,
    ) -> None:
        compiled = statement.compile(
            dialect=_DIALECT, column_keys=list(columns) if columns else None
        )
        if not isinstance(compiled, SQLCompiler) or "POSTCOMPILE" in compiled.string:
            raise TypeError("the statement's text depends on its parameters")
        self.sql = compiled.string
        self._names = tuple(compiled.positiontup or ())
        self._given = {
            name: bind.value for name, bind in compiled.binds.items() if bind.value is not None
        }
        self._json_in = frozenset(
            name for name, bind in compiled.binds.items() if isinstance(bind.type, JSON)
        )

    async def rows(self, session: AsyncSession, parameters: Mapping[str, Any]) -> list[Any]:
        """Run it and give all its rows."""
        values = self._values(parameters)
        driver = _driver(session)
        records: Iterable[Any]
        if driver is None:
            records = await self._first(session, values)
        else:
            records = await driver.fetch(self.sql, *values)
        return [SimpleNamespace(**record) for record in records]

    async def row(self, session: AsyncSession, parameters: Mapping[str, Any]) -> Any | None:
        """The first row, or None."""
        rows = await self.rows(session, parameters)
        return rows[0] if rows else None

    async def many(self, session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it once for each of `rows`, sent together. The transaction must have begun."""
        driver = _driver(session)
        if driver is None or len(rows) == 1:
            for row in rows:
                await self.rows(session, row)
        else:
            await driver.executemany(self.sql, [self._values(row) for row in rows])

    async def _first(self, session: AsyncSession, values: list[Any]) -> list[Any]:
        """The transaction's first statement begins it, which is the session's business."""
        connection = await session.connection()
        found = await connection.exec_driver_sql(self.sql, tuple(values))
        records = found.mappings().all() if found.returns_rows else []
        raw = await connection.get_raw_connection()
        transaction = session.sync_session.get_transaction()
        session.info[DRIVER] = (transaction, raw.driver_connection)
        return list(records)

    def _values(self, parameters: Mapping[str, Any]) -> list[Any]:
        given = {**self._given, **parameters}
        return [
            _json(given[name]) if name in self._json_in else given[name] for name in self._names
        ]


def unwritten(model: type[Row], **columns: Any) -> Row:
    """A row that a fixed statement is going to write, as reading one gives it; what is not given
    is None. Without what the ORM notes of each attribute that is set and read, which took a sixth
    of a new case. Never to be added to a session."""
    empty = _empty(model)
    if not columns.keys() <= empty.keys():
        raise TypeError(f"no columns of {model.__name__}: {columns.keys() - empty.keys()}")
    return cast("Row", SimpleNamespace(**{**empty, **columns}))


@lru_cache
def _empty(model: type[Base]) -> dict[str, None]:
    return {c.key: None for c in model.__table__.columns if c.computed is None}


def _driver(session: AsyncSession) -> "asyncpg.Connection[Any] | None":
    """The driver's connection of the transaction that is running, None before it has begun; in
    a session that only reads, a connection without one."""
    transaction, driver = session.info.get(DRIVER, (None, None))
    if transaction is None or transaction is session.sync_session.get_transaction():
        found: asyncpg.Connection[Any] | None = driver
        return found
    return None


def _json(value: Any) -> str:
    return orjson.dumps(value, default=_plain).decode()


def _plain(value: Any) -> str:
    """What JSON lacks, as PostgreSQL reads it; the driver's UUIDs are a subclass."""
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
