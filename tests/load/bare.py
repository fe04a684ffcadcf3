"""What our own endpoints are measured against: the same rows over Starlette and asyncpg alone.

No sign-in, no checks, no sealing, no rules: a lower bound of what any implementation must do
in this language on this database. `CreateCase` writes the very rows that a case leaves behind
(a template taken from a real one), `tasks` and `case` read what the answers are made of.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson
import uuid_utils
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_KEY = """INSERT INTO idempotency_keys (staff_id, key, body_hash, case_id, at)
          VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING case_id"""
_SCOPE = """INSERT INTO case_scope (organisation_id, at, case_id)
            SELECT unit, $2, $3 FROM unnest($1::int[]) AS unit"""
_OUTBOX = "INSERT INTO outbox (topic, case_id, payload, at) VALUES ($1, $2, $3, $4)"
_COUNTER = """WITH counter AS (
                INSERT INTO case_counters (division, day, last) VALUES ($1, $2, 1)
                ON CONFLICT (division, day) DO UPDATE SET last = case_counters.last + 1
                RETURNING last)"""


class Template:
    """The rows of one real case, to be written again under new ids."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.scope: list[int] = []
        self.statements: dict[str, str] = {}

    async def load(self, connection: asyncpg.Connection, case_id: Any) -> None:
        units = os.environ["TONGBAN_BARE_UNITS"]
        await connection.execute("SELECT set_config('tongban.scope', $1, false)", units)
        for table in ("case_personal", "case_materials", "tasks", "events"):
            await self._load(connection, table, "case_id", case_id)
            names = list(self.rows[table][0])
            places = ", ".join(f"${position}" for position in range(1, len(names) + 1))
            self.statements[table] = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"
        await self._load(connection, "cases", "id", case_id)
        case = self.rows["cases"][0]
        for by_database in ("number", "search"):
            del case[by_database]
        places = ", ".join(f"${position}" for position in range(3, len(case) + 3))
        self.statements["cases"] = (
            f"{_COUNTER} INSERT INTO cases ({', '.join(case)}, number)"
            f" SELECT {places}, $1 || to_char($2, 'YYYYMMDD') || lpad(last::text, 5, '0')"
            " FROM counter RETURNING number"
        )
        scope = await connection.fetch(
            "SELECT organisation_id FROM case_scope WHERE case_id = $1", case_id
        )
        self.scope = [row["organisation_id"] for row in scope]

    async def _load(
        self, connection: asyncpg.Connection, table: str, key: str, case_id: Any
    ) -> None:
        found = await connection.fetch(f"SELECT * FROM {table} WHERE {key} = $1", case_id)
        self.rows[table] = [dict(row) for row in found]


async def create(request: Request) -> Response:
    orjson.loads(await request.body())
    template: Template = request.app.state.template
    case_id = uuid_utils.uuid7()
    now = datetime.now(UTC)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.fetchval(_KEY, 1, str(uuid_utils.uuid4()), bytes(32), str(case_id), now)
        for table in ("case_personal", "case_materials", "tasks", "events"):
            rows = [
                [_again(name, value, table, case_id) for name, value in row.items()]
                for row in template.rows[table]
            ]
            await connection.executemany(template.statements[table], rows)
        await connection.execute(_SCOPE, template.scope, now, str(case_id))
        await connection.execute(_OUTBOX, "case.changed", str(case_id), "{}", now)
        case = template.rows["cases"][0]
        values = [_again(name, value, "cases", case_id) for name, value in case.items()]
        number = await connection.fetchval(
            template.statements["cases"], "110102999", datetime.now(UTC).date(), *values
        )
    return _json({"number": number})


def _again(name: str, value: Any, table: str, case_id: Any) -> Any:
    if name == "case_id" or (name == "id" and table == "cases"):
        return str(case_id)
    if name == "id":
        return str(uuid_utils.uuid7())
    return value


# With the names of those who registered, claimed, did and checked, as the answer shows them.
_READ_CASE = """SELECT cases.*, staff.username, staff.name FROM cases
                JOIN staff ON staff.id = cases.registered_by WHERE number = $1"""
_READ_TASKS = """SELECT tasks.*, claimer.username AS claimer, claimer.name AS claimer_name,
                        doer.username AS doer, doer.name AS doer_name
                 FROM tasks LEFT JOIN staff AS claimer ON claimer.id = claimed_by
                            LEFT JOIN staff AS doer ON doer.id = done_by
                 WHERE case_id = $1 ORDER BY opened_at"""
_READ_MATERIALS = """SELECT case_materials.*, staff.username, staff.name FROM case_materials
                     LEFT JOIN staff ON staff.id = checked_by WHERE case_id = $1"""


async def case(request: Request) -> Response:
    async with request.app.state.pool.acquire() as connection:
        row = await connection.fetchrow(_READ_CASE, request.path_params["number"])
        tasks = await connection.fetch(_READ_TASKS, row["id"])
        materials = await connection.fetch(_READ_MATERIALS, row["id"])
    return _json(
        {
            **_plain(row),
            "tasks": [_plain(task) for task in tasks],
            "materials": [_plain(material) for material in materials],
        }
    )


_TASKS = """SELECT tasks.*, cases.number, cases.matter_code, cases.matter_name, cases.applicant,
                   cases.status, cases.due_on AS case_due_on, cases.accepting_id, cases.home_id
            FROM tasks JOIN cases ON cases.id = tasks.case_id
            WHERE tasks.state = 'open' AND tasks.organisation_id = ANY($1::int[])
              AND tasks.role = ANY($2::text[])
            ORDER BY coalesce(tasks.due_on, DATE '9999-12-31'), tasks.id LIMIT 21"""
_COUNT = """SELECT function, count(*) FROM tasks
            WHERE state = 'open' AND organisation_id = ANY($1::int[]) AND role = ANY($2::text[])
            GROUP BY function"""


async def tasks(request: Request) -> Response:
    units, roles = request.app.state.queue
    async with request.app.state.pool.acquire() as connection:
        rows = await connection.fetch(_TASKS, units, roles)
        counts = await connection.fetch(_COUNT, units, roles)
    return _json({"items": [_plain(row) for row in rows], "counts": dict(map(tuple, counts))})


def _plain(row: asyncpg.Record) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content, default=str), media_type="application/json")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    url = os.environ["TONGBAN_BARE_URL"]
    async with asyncpg.create_pool(url, min_size=10, max_size=10) as pool:
        app.state.pool = pool
        app.state.template = Template()
        async with pool.acquire() as connection:
            await app.state.template.load(connection, os.environ["TONGBAN_BARE_CASE"])
        units = [int(unit) for unit in os.environ["TONGBAN_BARE_UNITS"].split(",")]
        app.state.queue = (units, os.environ["TONGBAN_BARE_ROLES"].split(","))
        yield


def create_app() -> Starlette:
    return Starlette(
        routes=[
            Route("/cases", create, methods=["POST"]),
            Route("/cases/{number}", case),
            Route("/tasks", tasks),
        ],
        lifespan=lifespan,
    )
