"""Two editors at the same moment."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.routing.test_publishing import new_matter
from tests.support.database import CommittedDatabase
from tests.support.people import access_of, import_few, make_staff
from tongban.identity.roles import Role

DISTRICT, STREET = "110102", "110102010"
WORKERS = (Role.CLERK, Role.PRE_REVIEWER, Role.REVIEWER, Role.AGENT_RUNNER)


@pytest.fixture
async def editor(committed_db: CommittedDatabase) -> dict[str, str]:
    """The headers of an editor in a small district where everything is staffed somewhere."""
    async with committed_db.sessions.begin() as session:
        await import_few(session)
        await make_staff(session, "worker", STREET, *WORKERS)
        await make_staff(session, "editor", DISTRICT, Role.CATALOGUE_EDITOR)
        return await access_of(session, "editor")


async def at_once(client: httpx.AsyncClient, headers: dict[str, str], *calls: Any) -> list[int]:
    answers = await asyncio.gather(
        *(
            client.request(m, f"/api/v1{path}", json=body, headers=headers)
            for m, path, body in calls
        )
    )
    return [answer.status_code for answer in answers]


async def test_a_draft_is_published_once(
    committed_client: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    create = ("POST", "/matters", new_matter())
    statuses = await at_once(committed_client, editor, create, create, create)
    assert Counter(statuses) == {201: 1, 409: 2}
    publish = ("POST", "/matters/ST-CS-001/publish", None)
    statuses = await at_once(committed_client, editor, publish, publish, publish)
    assert Counter(statuses) == {200: 1, 404: 2}
    start = ("POST", "/matters/ST-CS-001/draft", None)
    assert Counter(await at_once(committed_client, editor, start, start)) == {201: 1, 409: 1}


async def test_imports_wait_for_one_another(
    committed_client: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    matters = [new_matter(code=f"ST-CS-{number:03}") for number in range(8)]
    await at_once(committed_client, editor, ("POST", "/matters/import", matters))
    changed = [matter | {"fee": 1} for matter in matters]
    forwards = ("POST", "/matters/import", changed)
    backwards = ("POST", "/matters/import", changed[::-1])
    statuses = await at_once(committed_client, editor, forwards, backwards, forwards)
    assert statuses == [200, 200, 200]
    for matter in matters:
        path = f"/api/v1/matters/{matter['code']}/versions"
        rows = (await committed_client.get(path, headers=editor)).json()
        assert [row["number"] for row in rows] == [2, 1]


async def test_the_same_new_matters_twice_at_once(
    committed_client: httpx.AsyncClient, editor: dict[str, str]
) -> None:
    call = ("POST", "/matters/import", [new_matter(code=f"ST-CS-{n:03}") for n in range(5)])
    statuses = await at_once(committed_client, editor, call, call)
    assert statuses == [200, 200]
    rows = await committed_client.get("/api/v1/matters/ST-CS-000/versions", headers=editor)
    assert len(rows.json()) == 1
