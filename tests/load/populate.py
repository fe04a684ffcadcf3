"""Fifty thousand cases in seconds: a few real ones, copied by the database under new ids.

The copies have tasks, scope, materials, personal rows and events like their originals; their
chains are not valid, which no measured request looks at.
"""

import asyncpg

_COPIES = """
CREATE UNLOGGED TABLE copies AS
SELECT originals.id AS original, gen_random_uuid() AS copy, n,
       originals.registered_at - make_interval(mins => n) AS at
FROM (SELECT id, registered_at FROM cases WHERE number IS NOT NULL) AS originals,
     generate_series(1, $1::int / (SELECT count(*)::int FROM cases WHERE number IS NOT NULL)) AS n
"""
# Nine of ten cases are history; the tenth is somebody's work.
_CONCLUDED_CASES = """
UPDATE cases SET status = 'archived', outcome = 'approved', concluded_at = registered_at
FROM copies WHERE cases.id = copies.copy AND copies.n % 10 <> 0
"""
_CONCLUDED_TASKS = """
UPDATE tasks SET state = 'done', done_at = opened_at
FROM copies WHERE tasks.case_id = copies.copy AND copies.n % 10 <> 0
"""
_RENAMED: dict[str, dict[str, str | None]] = {
    "cases": {
        "id": "copies.copy",
        "number": "left(t.number, 9) || 'B' || lpad(row_number() OVER ()::text, 12, '0')",
        "registered_at": "copies.at",
        "search": None,
    },
    "case_personal": {"case_id": "copies.copy"},
    "case_materials": {"case_id": "copies.copy"},
    "case_scope": {"case_id": "copies.copy", "at": "copies.at"},
    "tasks": {"id": "gen_random_uuid()", "case_id": "copies.copy", "claimed_by": "NULL"},
    "events": {"case_id": "copies.copy"},
}


async def populate(owner_url: str, count: int) -> None:
    """Bring the number of cases to about `count`. Needs the owner's login."""
    connection = await asyncpg.connect(owner_url)
    try:
        # Row-level security binds the owner too; for copying it is put aside for a moment.
        await connection.execute("ALTER TABLE case_personal NO FORCE ROW LEVEL SECURITY")
        await connection.execute(_COPIES.replace("$1", str(count)))
        for table, renamed in _RENAMED.items():
            await connection.execute(await _copying(connection, table, renamed))
        await connection.execute(_CONCLUDED_CASES)
        await connection.execute(_CONCLUDED_TASKS)
        await connection.execute("DROP TABLE copies")
        await connection.execute("ALTER TABLE case_personal FORCE ROW LEVEL SECURITY")
        # Otherwise the database tidies up while it is measured.
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _copying(
    connection: asyncpg.Connection, table: str, renamed: dict[str, str | None]
) -> str:
    rows = await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = ''",
        table,
    )
    columns = [row["attname"] for row in rows if renamed.get(row["attname"], "") is not None]
    values = [renamed.get(name) or f't."{name}"' for name in columns]
    key = "id" if table == "cases" else "case_id"
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)}"
        f" FROM copies JOIN {table} AS t ON t.{key} = copies.original"
    )
