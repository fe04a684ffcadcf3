"""A filter that names nothing is refused where it stands, the same way in every list."""

import base64
from typing import Any

import orjson
import pytest

from tests.support.district import District

DESHENG, DISTRICT = "110102010", "110102"
CASES = ("/cases", "/cases/count", "/cases.xlsx")
LEDGERS = ("/ledger", "/ledger.xlsx")


def each(paths: tuple[str, ...], wrong: list[tuple[dict[str, Any], str, str]]) -> list[Any]:
    return [(path, *case) for path in paths for case in wrong]


_SPAN = {"date_from": "2026-11-02", "date_to": "2026-11-01"}
WRONG = [
    *each(
        CASES,
        [
            ({"accepting": "nowhere"}, "/accepting", "unknown_organisation"),
            ({"home": "nowhere"}, "/home", "unknown_organisation"),
            ({"organisation": "nowhere"}, "/organisation", "unknown_organisation"),
        ],
    ),
    *each(
        LEDGERS,
        [
            ({"organisation": "nowhere"}, "/organisation", "unknown_organisation"),
        ],
    ),
    *each(
        CASES + LEDGERS,
        [
            (_SPAN, "/date_to", "bad_span"),
            ({"date_to": "9999-12-31"}, "/date_to", "less_than_equal"),
            ({"date_from": "0001-01-01"}, "/date_from", "greater_than_equal"),
        ],
    ),
    ("/archives", {"organisation": "nowhere"}, "/organisation", "unknown_organisation"),
    (
        "/archives",
        {"organisation": DESHENG, "archived_from": "2026-11-02", "archived_to": "2026-11-01"},
        "/archived_to",
        "bad_span",
    ),
]


@pytest.mark.parametrize(("path", "filters", "pointer", "code"), WRONG)
async def test_a_filter_that_names_nothing_is_refused(
    district: District, path: str, filters: dict[str, Any], pointer: str, code: str
) -> None:
    who = ("archivist", DISTRICT) if path == "/archives" else ("clerk", DESHENG)
    person = await district.person(*who)
    answer = await person.get(path, **filters)
    assert answer.status == 422, answer.body
    assert [(error["pointer"], error["code"]) for error in answer.body["errors"]] == [
        (pointer, code)
    ]


def cursor(*keys: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(keys)).decode()


_ID = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("path", ["/cases", "/tasks", "/handovers"])
@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        "德",
        cursor(),
        cursor(1, 2),
        cursor("0001-01-01T00:00:00+08:00", _ID),
        cursor("9999-12-31", _ID),
        cursor("2026-11-01T00:00:00", _ID),
        cursor("2026-11-01", "no id"),
    ],
)
async def test_a_cursor_of_anothers_making_is_refused(
    district: District, path: str, wrong: str
) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.get(path, cursor=wrong)
    assert (answer.status, answer.pointers) == (422, {"/cursor"}), answer.body
