"""Migrations make exactly the tables that the models describe, and go back."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.database import ROOT
from tongban.runtime import Services
from tongban.runtime.postgres import run_sql
from tongban.runtime.services import DatabaseUrls

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@pytest.fixture
def migrated(services: Services, template: str) -> Iterator[DatabaseUrls]:
    name = "tongban_test_migrations"
    yield services.create_database(name, template)
    services.drop_database(name)


async def alembic(urls: DatabaseUrls, *steps: tuple[str, str]) -> None:
    """Run alembic commands (`check`, `downgrade`, `upgrade` with their argument) as the owner."""

    def run(connection: Connection) -> None:
        config = Config(ROOT / "alembic.ini")
        config.attributes["connection"] = connection
        for name, argument in steps:
            getattr(command, name)(config, *([argument] if argument else []))

    engine = create_async_engine(urls.owner, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


async def test_models_and_migrations_agree(migrated: DatabaseUrls) -> None:
    await alembic(migrated, ("check", ""))


async def test_every_migration_goes_back_and_forth(migrated: DatabaseUrls) -> None:
    before = run_sql(migrated.owner, TABLES)
    await alembic(migrated, ("downgrade", "base"))
    assert run_sql(migrated.owner, TABLES) == "alembic_version"
    await alembic(migrated, ("upgrade", "head"))
    assert run_sql(migrated.owner, TABLES) == before


async def test_api_may_use_every_table_and_own_none(migrated: DatabaseUrls) -> None:
    owners = run_sql(
        migrated.app, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    )
    assert owners == "tongban_owner"
    unreadable = run_sql(
        migrated.app,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition"
        " AND NOT has_table_privilege(oid, 'SELECT')",
    )
    assert unreadable == ""
