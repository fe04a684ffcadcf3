"""The access table is complete, and what it says is so."""

import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from tests.guards.access_table import ACCESS, Access, Rule
from tests.support.people import access_of, import_few, make_staff
from tongban.identity.roles import PERMISSIONS, Permission, Role

STREET = "110102010"
METHODS = {"get", "post", "put", "patch", "delete"}

# Values that the parameters' types accept, of things that do not exist.
_PARAMETERS = {"year": "2031", "file_id": "01890000-0000-7000-8000-000000000000"}

PERMITTED = sorted(key for key, rule in ACCESS.items() if isinstance(rule, frozenset))
CLOSED = sorted(key for key, rule in ACCESS.items() if rule is not Access.PUBLIC)


def _documented(app: FastAPI) -> set[str]:
    return {
        f"{method.upper()} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if method in METHODS
    }


async def _call(
    client: httpx.AsyncClient, operation: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    method, path = operation.split(" ")
    filled = re.sub(r"{(\w+)}", lambda found: _PARAMETERS.get(found[1], "none"), path)
    return await client.request(method, filled, headers=headers)


def test_every_operation_stands_in_the_table(app: FastAPI) -> None:
    operations = _documented(app)
    assert operations - set(ACCESS) == set(), "decide what they ask for, in access_table.py"
    assert set(ACCESS) - operations == set(), "no longer there"


def test_no_operation_of_the_api_hides_from_the_contract(app: FastAPI) -> None:
    routes: list[Any] = app.routes
    hidden = [r.path for r in routes if getattr(r, "include_in_schema", True) is False]
    assert set(hidden) <= {
        "/api/v1/openapi.json",
        "/api/v1/docs",
        "/docs/oauth2-redirect",
        "/healthz",
        "/readyz",
        "/metrics",
    }


def test_routes_are_taken_as_they_are(app: FastAPI) -> None:
    """Included routers are asked twice for each request (decision 0122)."""
    assert [route for route in app.routes if hasattr(route, "original_router")] == []


@pytest.mark.parametrize("operation", CLOSED)
async def test_nobody_gets_in_anonymously(client: httpx.AsyncClient, operation: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await _call(client, operation, headers)
    # A proof of one's own may come in the body: then the missing body is what is found first.
    wanted = {401, 422} if ACCESS[operation] is Access.OWN_PROOF else {401}
    assert answer.status_code in wanted
    assert answer.headers["content-type"] == "application/problem+json"


def _lacking(rule: Rule) -> list[Role]:
    assert isinstance(rule, frozenset)
    return [role for role in Role if PERMISSIONS[role].isdisjoint(rule)]


@pytest.fixture
async def outsiders(session: AsyncSession) -> dict[frozenset[Permission], dict[str, str]]:
    """For every rule somebody who holds, at the street, all the roles that do not satisfy it."""
    await import_few(session)
    rules = {rule for rule in ACCESS.values() if isinstance(rule, frozenset)}
    headers = {}
    for number, rule in enumerate(sorted(rules, key=sorted)):
        await make_staff(session, f"outsider-{number}", STREET, *_lacking(rule))
        headers[rule] = await access_of(session, f"outsider-{number}")
    return headers


async def test_wrong_roles_get_in_nowhere(
    client: httpx.AsyncClient, outsiders: dict[frozenset[Permission], dict[str, str]]
) -> None:
    let_in = []
    for operation in PERMITTED:
        rule = ACCESS[operation]
        assert isinstance(rule, frozenset)
        answer = await _call(client, operation, outsiders[rule])
        if answer.status_code not in (403, 404):
            let_in.append((operation, answer.status_code))
    assert let_in == []


async def test_account_without_roles_is_only_let_in_where_any_account_is(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    await import_few(session)
    await make_staff(session, "nobody", STREET)
    answers = {}
    for operation in PERMITTED:
        headers = await access_of(session, "nobody")
        answers[operation] = (await _call(client, operation, headers)).status_code
    assert {key: status for key, status in answers.items() if status not in (403, 404)} == {}


async def test_the_right_role_is_let_in(client: httpx.AsyncClient, session: AsyncSession) -> None:
    await import_few(session)
    refused = []
    for number, operation in enumerate(PERMITTED):
        rule = ACCESS[operation]
        assert isinstance(rule, frozenset)
        role = next(role for role in Role if not PERMISSIONS[role].isdisjoint(rule))
        await make_staff(session, f"insider-{number}", STREET, role)
        headers = await access_of(session, f"insider-{number}")
        answer = await _call(client, operation, headers)
        if answer.status_code in (401, 403) and answer.json()["code"] in (
            "forbidden",
            "unauthenticated",
        ):
            refused.append((operation, answer.status_code))
    assert refused == []
