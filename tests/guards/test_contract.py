"""Whatever is sent to any operation, the answer is one that the contract describes: no 500."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from tests.support.database import ROOT
from tests.support.live import LiveServer

pytestmark = pytest.mark.slow

# They end the very session, or lock the account, that the test goes on with.
LEFT_OUT = ["/api/v1/auth/sign-out", "/api/v1/auth/sign-out-everywhere", "/api/v1/auth/password"]


schemathesis.serializer.alias("application/pdf", "application/octet-stream")
schema = schemathesis.openapi.from_path(ROOT / "openapi" / "v1.json").exclude(path=LEFT_OUT)


@pytest.fixture(scope="module")
def headers(live_server: LiveServer) -> dict[str, str]:
    account = live_server.accounts["ds-clerk"]
    answer = httpx.post(
        f"{live_server.url}/api/v1/auth/token",
        data={"username": account["username"], "password": account["password"]},
    )
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@schema.parametrize()
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_as_described(
    case: Case[Any], live_server: LiveServer, headers: dict[str, str]
) -> None:
    answer = case.call(base_url=live_server.url, headers=headers)
    checks = [not_a_server_error, response_schema_conformance, content_type_conformance]
    case.validate_response(answer, checks=checks)


def test_an_unknown_address_of_the_api_is_no_page(live_server: LiveServer) -> None:
    answer = httpx.get(f"{live_server.url}/api/v1/unknown")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    page = httpx.get(f"{live_server.url}/progress")
    assert page.headers["content-type"].startswith("text/html")
