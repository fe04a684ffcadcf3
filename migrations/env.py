"""Runs migrations as the owner role, in one transaction each.

The database is `TONGBAN_OWNER_DATABASE_URL`, or the open connection that a caller (a test) puts
into `config.attributes["connection"]`.
"""

import asyncio
import os
import re

from alembic import context
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from tongban.models import Base

PARTITION = re.compile(r"_(\d{4}_\d{2}|other)$")


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a thing in the database should be in the models: months' partitions are not."""
    return kind != "table" or name is None or PARTITION.search(name) is None


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_server_default=True,
        include_name=is_described,
    )
    with context.begin_transaction():
        context.run_migrations()
    # Alembic makes its table before the first migration grants anything; /readyz reads it.
    if connection.dialect.has_table(connection, "alembic_version"):
        connection.exec_driver_sql("GRANT SELECT ON alembic_version TO tongban_app, tongban_worker")
    connection.commit()


async def connect_and_migrate() -> None:
    engine = create_async_engine(os.environ["TONGBAN_OWNER_DATABASE_URL"], poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(connect_and_migrate())
else:
    migrate(given)
