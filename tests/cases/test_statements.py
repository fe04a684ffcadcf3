"""How many statements the calls cost that counters make all day."""

from tests.support.applications import application
from tests.support.district import District
from tests.support.statements import statements

DESHENG, HOME = "110102010", "110102010002"


async def test_a_case_is_registered_and_read_with_few_statements(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    reviewer = await district.person("reviewer", DESHENG)
    connection = (await district.session.connection()).sync_connection
    assert connection is not None
    body = application("ST-MZ-008", HOME)
    first = await clerk.post("/cases", body)
    await clerk.post("/cases", body)
    with statements(connection) as queries:
        created = await clerk.post("/cases", body, **{"Idempotency-Key": "counter-3-000001"})
    assert created.status == 201
    assert len(queries) == 5, queries
    await clerk.get(f"/cases/{first.body['number']}")
    with statements(connection) as queries:
        assert (await clerk.get(f"/cases/{first.body['number']}")).status == 200
    assert len(queries) == 1, queries
    for path in ("/tasks", "/cases"):
        await reviewer.get(path)
        with statements(connection) as queries:
            page = await reviewer.get(path)
        assert len(page.body["items"]) == 3
        assert len(queries) <= 4, queries
