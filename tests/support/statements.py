"""What is asked of the database, whichever way it goes there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Connection, Engine, event


@contextmanager
def statements(target: Engine | Connection) -> Iterator[list[str]]:
    """The statements run while inside; savepoints, which only tests have, are left out."""
    found: list[str] = []

    def note(*arguments: Any) -> None:
        if "SAVEPOINT" not in arguments[2]:
            found.append(str(arguments[2]))

    event.listen(target, "before_cursor_execute", note)
    # `core.fixed` asks the driver itself.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("fetch", "executemany"):
            patch.setattr(asyncpg.Connection, name, _noting(name, found))
        yield found
    event.remove(target, "before_cursor_execute", note)


def _noting(name: str, found: list[str]) -> Any:
    run = getattr(asyncpg.Connection, name)

    async def noting(self: Any, query: str, *arguments: Any, **options: Any) -> Any:
        found.append(query)
        return await run(self, query, *arguments, **options)

    return noting
