"""A filter that names nothing is refused where it stands, the same way in every list."""

import base64
from io import BytesIO
from typing import Any, get_args

import openpyxl
import orjson
import pytest

from tests.support.applications import application
from tests.support.district import District
from tests.support.people import make_staff
from tongban.cases import lists, sheets
from tongban.identity.roles import Role

DESHENG, JINRONG, DISTRICT = "110102010", "110102012", "110102"
HOME = "110102010002"
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
            ({"clerk": "nobody"}, "/clerk", "unknown_staff"),
        ],
    ),
    *each(
        CASES + LEDGERS,
        [
            ({"matter": "ST-XX-999"}, "/matter", "unknown_matter"),
            (_SPAN, "/date_to", "bad_span"),
            ({"date_to": "9999-12-31"}, "/date_to", "less_than_equal"),
            ({"date_from": "0001-01-01"}, "/date_from", "greater_than_equal"),
        ],
    ),
    ("/tasks", {"function": "nothing"}, "/function", "literal_error"),
    ("/staff", {"organisation": "nowhere"}, "/organisation", "unknown_organisation"),
    ("/organisations", {"parent": "nowhere"}, "/parent", "unknown_organisation"),
    *each(
        ("/audit",),
        [
            ({"username": "nobody"}, "/username", "unknown_staff"),
            (
                {"since": "2026-11-02T08:00:00+08:00", "before": "2026-11-01T08:00:00+08:00"},
                "/before",
                "bad_span",
            ),
            ({"since": "2026-11-01T08:00:00"}, "/since", "timezone_aware"),
            ({"since": "0001-01-01T00:00:00+08:00"}, "/since", "greater_than_equal"),
            ({"before": "9999-12-31T23:59:59-08:00"}, "/before", "less_than_equal"),
        ],
    ),
    ("/matters/export", {"codes": ["ST-MZ-008", "ST-XX-999"]}, "/codes/1", "unknown_matter"),
    ("/archives", {"organisation": "nowhere"}, "/organisation", "unknown_organisation"),
    (
        "/archives",
        {"organisation": DESHENG, "archived_from": "2026-11-02", "archived_to": "2026-11-01"},
        "/archived_to",
        "bad_span",
    ),
]


ASKERS = {
    "/archives": ("archivist", DISTRICT),
    "/staff": ("system_admin", DISTRICT),
    "/audit": ("audit_admin", DISTRICT),
}


@pytest.mark.parametrize(("path", "filters", "pointer", "code"), WRONG)
async def test_a_filter_that_names_nothing_is_refused(
    district: District, path: str, filters: dict[str, Any], pointer: str, code: str
) -> None:
    person = await district.person(*ASKERS.get(path, ("clerk", DESHENG)))
    answer = await person.get(path, **filters)
    assert answer.status == 422, answer.body
    assert [(error["pointer"], error["code"]) for error in answer.body["errors"]] == [
        (pointer, code)
    ]


async def test_whoever_one_may_not_see_is_as_unknown_as_nobody(district: District) -> None:
    """A clerk of elsewhere is known once a case of theirs is among those that one sees."""
    here = await district.person("clerk", DESHENG)
    there = await district.person("clerk", JINRONG)

    async def ledger_of(username: str) -> tuple[int, Any]:
        answer = await here.get("/ledger", clerk=username, group_by=["clerk"])
        return answer.status, answer.body.get("errors")

    nobody = await ledger_of("nobody")
    assert await ledger_of(there.username) == nobody
    assert (await ledger_of(here.username))[0] == 200
    made = await there.post("/cases", application("ST-MZ-008", HOME))
    assert made.status == 201, made.body
    assert (await ledger_of(there.username))[0] == 200


async def test_the_trail_tells_nothing_of_accounts_out_of_reach(district: District) -> None:
    await make_staff(district.session, "ds-auditor", DESHENG, Role.AUDIT_ADMIN)
    auditor = await district.sign_in("ds-auditor")
    there = await district.person("clerk", JINRONG)
    here = await district.person("clerk", DESHENG)
    nobody = await auditor.get("/audit", username="nobody")
    stranger = await auditor.get("/audit", username=there.username)
    assert (stranger.status, stranger.body["errors"]) == (422, nobody.body["errors"])
    assert (await auditor.get("/audit", username=here.username)).status == 200


async def test_a_retired_matter_can_still_be_asked_for(district: District) -> None:
    editor = await district.person("catalogue_editor", DISTRICT)
    retired = await editor.post("/matters/ST-MZ-008/retire", {"reason": "停办"})
    assert retired.status == 200, retired.body
    clerk = await district.person("clerk", DESHENG)
    for path in (*CASES, *LEDGERS):
        assert (await clerk.get(path, matter="ST-MZ-008")).status == 200, path


async def test_a_sheet_has_all_that_was_found_or_is_refused(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = await district.person("clerk", DESHENG)
    for _ in range(2):
        made = await clerk.post("/cases", application("ST-MZ-008", HOME))
        assert made.status == 201, made.body
    asked = {"matter": "ST-MZ-008", "mine": True}
    found = (await clerk.get("/cases/count", **asked)).body["count"]
    monkeypatch.setattr(lists, "EXPORTED", found)
    whole = await clerk.get("/cases.xlsx", **asked)
    lines = list(openpyxl.load_workbook(BytesIO(whole.content)).active.values)
    assert len(lines) == 3 + found
    monkeypatch.setattr(lists, "EXPORTED", found - 1)
    refused = await clerk.get("/cases.xlsx", **asked)
    assert (refused.status, refused.code) == (422, "too_many_for_sheet")
    assert refused.pointers == {"/date_from"}
    assert f"{found - 1} 件" in refused.body["title"]


async def test_a_sheet_has_the_columns_asked_for_in_their_order(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    made = await clerk.post("/cases", application("ST-MZ-008", HOME))
    assert made.status == 201, made.body

    async def sheet(*columns: str) -> list[tuple[Any, ...]]:
        answer = await clerk.get("/cases.xlsx", q=made.body["number"], columns=list(columns))
        return list(openpyxl.load_workbook(BytesIO(answer.content)).active.values)[2:]

    header, row = await sheet("mobile", "number", "id_number", "channel", "case_kind", "linkage")
    assert header == ("联系电话", "办件编号", "证件号码", "渠道", "办件类型", "联动")
    applicant = made.body["applicant"]
    assert all("*" in applicant[name] for name in ("mobile", "id_number"))
    assert row[:4] == (applicant["mobile"], made.body["number"], applicant["id_number"], "窗口")
    assert [len(line) for line in await sheet("number")] == [1, 1]
    # Each of them is a column of its own; none stands for the usual ones.
    every = get_args(sheets.CaseColumn)
    header, row = await sheet(*every)
    assert len(set(header)) == len(row) == len(every)
    usual = (await sheet())[0]
    assert usual[:4] == ("办件编号", "事项", "申请人", "证件号码")
    assert set(usual) < set(header)


@pytest.mark.parametrize(
    ("columns", "pointer"),
    [
        (["number", "secret"], "/columns/1"),
        (["id_number_full"], "/columns/0"),
        (["number", "status", "number"], "/columns"),
    ],
)
async def test_columns_that_are_not_there_are_pointed_at(
    district: District, columns: list[str], pointer: str
) -> None:
    clerk = await district.person("clerk", DESHENG)
    refused = await clerk.get("/cases.xlsx", columns=columns)
    assert (refused.status, refused.pointers) == (422, {pointer})


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
