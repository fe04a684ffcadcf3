"""What is refused or answered before a route is reached, whatever the route."""

from collections.abc import AsyncIterator

import pytest

from tests.support.applications import application
from tests.support.district import District
from tongban.core.http import MOST_JSON

DESHENG, HOME = "110102010", "110102010002"
JSON = {"Content-Type": "application/json"}


EITHER = pytest.mark.parametrize("path", ["/cases", "/persons/search"])
"""An operation served by `core.hot`, and one that FastAPI serves: both answer alike."""


@EITHER
async def test_a_body_that_is_no_json_is_refused(district: District, path: str) -> None:
    clerk = await district.person("clerk", DESHENG)
    for content in (b"{", b"[]", b'"text"', b"\xff\xfe", b"", b"[" * 100_000):
        answer = await clerk.call("POST", path, content=content, headers=JSON)
        assert answer.status == 422, content
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/cases/%00", "/cases?q=%00", "/matters/%00", "/cases/1/events%00"]
)
async def test_a_nul_in_an_address_is_refused(district: District, path: str) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.call("GET", path)
    assert (answer.status, answer.code) == (422, "unreadable_body")


async def test_too_large_a_body_is_refused_by_what_it_announces(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)

    async def never_read() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    announced = {**JSON, "Content-Length": str(MOST_JSON + 1)}
    answer = await clerk.call("POST", "/cases", content=never_read(), headers=announced)
    assert (answer.status, answer.code) == (413, "body_too_large")
    assert answer.body["title"] == "提交的内容超过 4 MB 的上限"
    assert answer.headers["X-Request-Id"]


async def test_a_body_that_announces_nothing_is_read_up_to_the_limit(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    sent = 0

    async def without_end() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 3 * MOST_JSON:
            sent += 64 * 1024
            yield b" " * 64 * 1024

    answer = await clerk.call("POST", "/cases", content=without_end(), headers=JSON)
    assert (answer.status, answer.code) == (413, "body_too_large")
    assert sent <= MOST_JSON + 64 * 1024


@pytest.mark.parametrize(
    ("path", "sent", "expected"),
    [
        ("/cases", "text/plain", "application/json"),
        ("/cases", "application/x-www-form-urlencoded", "application/json"),
        ("/cases", "multipart/form-data", "application/json"),
        ("/persons/search", "text/plain", "application/json"),
        ("/auth/token", "application/json", "application/x-www-form-urlencoded"),
    ],
)
async def test_another_kind_of_body_is_told_which_is_expected(
    district: District, path: str, sent: str, expected: str
) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.call("POST", path, content=b"{}", headers={"Content-Type": sent})
    assert (answer.status, answer.code) == (415, "wrong_media_type")
    assert expected in answer.body["title"]


@EITHER
async def test_json_may_say_what_it_describes(district: District, path: str) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.call(
        "POST", path, content=b"{}", headers={"Content-Type": "application/merge-patch+json"}
    )
    assert (answer.status, answer.code) == (422, "invalid")


@EITHER
async def test_broken_json_says_where(district: District, path: str) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.call("POST", path, content=b'{"form": }', headers=JSON)
    assert answer.body["errors"] == [
        {
            "pointer": "",
            "code": "json_invalid",
            "message": "不是有效的 JSON：第 10 个字符处有误",
        }
    ]


async def test_head_answers_like_get_without_a_body(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    number = (await clerk.post("/cases", application("ST-MZ-008", HOME))).body["number"]
    for path in ("/cases", f"/cases/{number}", f"/cases/{number}/receipt"):
        full, head = await clerk.call("GET", path), await clerk.call("HEAD", path)
        assert (head.status, head.content) == (200, b"")
        for name in ("content-type", "content-length", "etag"):
            if name in full.headers:
                assert head.headers[name] == full.headers[name]
    assert (await clerk.call("HEAD", "/cases/nothing")).status == 404


async def test_a_wrong_method_is_told_all_that_the_address_takes(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    for path, allowed in (
        ("/cases", "GET, HEAD, POST"),
        ("/cases/1", "DELETE, GET, HEAD, PATCH"),
        ("/cases/1/actions", "POST"),
    ):
        answer = await clerk.call("PUT", path)
        assert (answer.status, answer.code) == (405, "method_not_allowed")
        assert answer.headers["Allow"] == allowed
