"""What is wrong is refused with a pointer to it, and leaves nothing behind."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.applications import APPLICANT_ID, MOBILE, OTHER_ID, application
from tests.support.district import District
from tongban.cases.models import Case, CaseCounter, CasePersonal, Outbox, Task

DESHENG, HOME = "110102010", "110102010002"


def changed(**changes: Any) -> dict[str, Any]:
    return application("ST-MZ-008", HOME, **changes)


def applicant(**changes: Any) -> dict[str, Any]:
    body = changed()
    body["applicant"] |= changes
    return body


def form(**changes: Any) -> dict[str, Any]:
    body = changed()
    body["form"] |= changes
    return body


def without(place: str, key: str) -> dict[str, Any]:
    body = changed()
    del body[place][key]
    return body


def agent(**changes: Any) -> dict[str, Any]:
    return changed(agent={"name": "王小兰", "id_number": OTHER_ID, "relation": "子女"} | changes)


def materials(**line: Any) -> dict[str, Any]:
    body = changed()
    body["materials"][0] |= line
    return body


WRONG_FIELDS: list[tuple[dict[str, Any], str, str]] = [
    (applicant(id_number="110102194001011231"), "/applicant/id_number", "bad_check_digit"),
    (applicant(id_number="11010219400230123X"), "/applicant/id_number", "bad_birth_date"),
    (applicant(id_number="x"), "/applicant/id_number", "bad_id_number"),
    (applicant(kind="organisation"), "/applicant/id_number", "bad_uscc"),
    (applicant(mobile="12345"), "/applicant/mobile", "bad_mobile"),
    (applicant(name=""), "/applicant/name", "string_too_short"),
    (applicant(name="王\x00"), "/applicant/name", "nul_character"),
    (applicant(name="12345"), "/applicant/name", "no_name"),
    (applicant(name="——"), "/applicant/name", "no_name"),
    (applicant(name="王**"), "/applicant/name", "masked_value"),
    (applicant(name="王\n秀兰"), "/applicant/name", "line_break"),
    (applicant(name="王\u202e秀兰"), "/applicant/name", "invisible_character"),
    (applicant(address="北京市\u200b西城区"), "/applicant/address", "invisible_character"),
    (changed(comment="看\u2067见"), "/comment", "invisible_character"),
    (applicant(id_number="110***********1230"), "/applicant/id_number", "masked_value"),
    (applicant(unknown=1), "/applicant/unknown", "extra_forbidden"),
    (form(age_band="很老"), "/form/age_band", "enum"),
    (form(contact_mobile="123"), "/form/contact_mobile", "bad_mobile"),
    (form(surprise=1), "/form/surprise", "unknown_field"),
    (form(card_no="12\t34"), "/form/card_no", "line_break"),
    (form(card_no="12\ufeff34"), "/form/card_no", "invisible_character"),
    (form(card_no="9" * 31), "/form/card_no", "maxLength"),
    (form(card_no=5), "/form/card_no", "type"),
    (without("form", "card_no"), "/form/card_no", "missing"),
    (changed(materials=[]), "/materials", "material_missing"),
    (materials(received=False), "/materials/0/received", "material_missing"),
    (materials(key="no_such"), "/materials/0/key", "unknown_material"),
    (materials(received="maybe"), "/materials/0/received", "unknown_form"),
    (changed(surprise=True), "/surprise", "extra_forbidden"),
    (changed(submit="maybe"), "/submit", "bool_type"),
    (changed(submit="yes"), "/submit", "bool_type"),
    (changed(receive_only=1), "/receive_only", "bool_type"),
    (materials(received="yes"), "/materials/0/received", "unknown_form"),
    (materials(received=1), "/materials/0/received", "unknown_form"),
    (materials(promised_by="1796342400"), "/materials/0/promised_by", "date_type"),
    (materials(promised_by=1796342400), "/materials/0/promised_by", "date_type"),
    (materials(promised_by="2026-12-04T00:00:00Z"), "/materials/0/promised_by", "date_type"),
    (agent(id_number=APPLICANT_ID), "/agent/id_number", "own_agent"),
]


@pytest.mark.parametrize(
    ("found", "sent", "pointer"),
    [
        ('"submit": true', '"submit": false, "submit": true', "/submit"),
        ('"kind": "person"', '"kind": "person", "kind": "person"', "/applicant/kind"),
        ('"received": true', '"received": false, "received": true', "/materials/0/received"),
    ],
)
async def test_a_name_that_stands_twice_is_pointed_at(
    district: District, found: str, sent: str, pointer: str
) -> None:
    """Which of the two counts would depend on who reads it."""
    clerk = await district.person("clerk", DESHENG)
    body = json.dumps(changed()).replace(found, sent, 1)
    headers = {"Content-Type": "application/json"}
    answer = await clerk.call("POST", "/cases", content=body, headers=headers)
    assert [(error["pointer"], error["code"]) for error in answer.body["errors"]] == [
        (pointer, "repeated_name")
    ]
    assert answer.status == 422


@pytest.mark.parametrize(("body", "pointer", "code"), WRONG_FIELDS)
async def test_a_wrong_field_is_pointed_at(
    district: District, body: dict[str, Any], pointer: str, code: str
) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.post("/cases", body)
    assert answer.status == 422, answer.body
    found = {error["pointer"]: error["code"] for error in answer.body["errors"]}
    assert found.get(pointer) == code, found
    assert await rows(district) == NOTHING


WRONG_PLACES = [
    (changed(matter_code="XX-404"), "unknown_matter", {"/matter_code"}),
    (changed(home_code="110102999999"), "unknown_organisation", {"/home_code"}),
    (changed(home_code=DESHENG), "not_a_community", {"/home_code"}),
    (application("ST-MZ-001", "110102011001"), "outside_scope", {"/home_code"}),
    (changed(accepting_code="110102-MZJ"), "not_offered", {"/accepting_code"}),
    (changed(accepting_code="110102012"), "not_your_counter", {"/accepting_code"}),
    (changed(accepting_code="nowhere"), "unknown_organisation", {"/accepting_code"}),
    (changed(issuing_code="nowhere"), "unknown_organisation", {"/issuing_code"}),
    (changed(issuing_code="110102012-DT"), "issued_elsewhere", {"/issuing_code"}),
    (changed(issuing_code="110102-MZJ"), "issued_elsewhere", {"/issuing_code"}),
    (changed(issuing_code="110102010005"), "issued_elsewhere", {"/issuing_code"}),
]


@pytest.mark.parametrize(("body", "code", "pointers"), WRONG_PLACES)
async def test_a_wrong_place_is_named(
    district: District, body: dict[str, Any], code: str, pointers: set[str]
) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.post("/cases", body)
    assert answer.status == (403 if code == "not_your_counter" else 422)
    assert (answer.code, answer.pointers) == (code, pointers)
    assert await rows(district) == NOTHING


NOTHING = (0, 0, 0, 0, 0)


async def rows(district: District) -> tuple[int, ...]:
    tables = (Case, CasePersonal, Task, Outbox, CaseCounter)
    counts = [
        await district.session.scalar(select(func.count()).select_from(table)) for table in tables
    ]
    return tuple(count or 0 for count in counts)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (applicant(id_number="110***********1230"), "/applicant/id_number"),
        (applicant(mobile="139****4567"), "/applicant/mobile"),
        (form(contact_mobile="139****4567"), "/form/contact_mobile"),
    ],
)
async def test_a_mask_sent_as_a_value_is_one_mistake(
    district: District, body: dict[str, Any], pointer: str
) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.post("/cases", body)
    told = [(error["pointer"], error["code"]) for error in answer.body["errors"]]
    assert told == [(pointer, "masked_value")]
    assert answer.body["errors"][0]["message"] == "这里是打码后的内容，请重新填写完整"


async def test_what_cannot_be_seen_is_named_with_its_place(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.post("/cases", applicant(name="王秀\u202e兰"))
    assert answer.body["errors"][0]["message"] == (
        "第 3 个字是看不见或不能打印的字符（U+202E），请删除后重新输入"
    )


async def test_a_paragraph_keeps_its_lines(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    case = await clerk.post("/cases", changed(receive_only=True, comment="一\r\n\t二\r三"))
    assert case.status == 201, case.body
    number = case.body["number"]
    events = (await clerk.get(f"/cases/{number}/events")).body
    assert events["items"][0]["comment"] == "一\n\t二\n三"
    assert events["intact"]


@pytest.mark.parametrize(
    "name", ["阿卜杜拉·买买提", "𠮷野", "⿰亻昂", "李\U000e0100", "𲎰", "Ana-Maria"]
)
async def test_names_are_written_as_they_are(district: District, name: str) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.post("/cases", applicant(name=name))
    assert (answer.status, answer.body["applicant"]["name"]) == (201, name)


WRITTEN = [APPLICANT_ID, "１１０１０２１９４００１０１１２３０", "110102 19400101-1230"]


@pytest.mark.parametrize("written", WRITTEN)
async def test_a_number_is_found_however_it_was_typed(district: District, written: str) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = applicant(id_number=f" {written} ", mobile="139-1023 ４５６７")
    body["form"]["contact_mobile"] = "１３８ 0000-1111"
    case = await clerk.post("/cases", body)
    assert case.status == 201, case.body
    number = case.body["number"]
    real = (await clerk.post(f"/cases/{number}/reveal", {"reason": "核对证件原件"})).body
    assert real["applicant"]["id_number"] == APPLICANT_ID
    assert real["applicant"]["mobile"] == MOBILE
    assert real["form"]["contact_mobile"] == "13800001111"
    for typed in WRITTEN:
        found = await clerk.post("/persons/search", {"id_number": typed})
        assert [case["number"] for case in found.body["cases"]] == [number]


@pytest.mark.parametrize("typed", ["11010519491231002x", "11010519491231002ｘ"])
async def test_the_last_x_is_a_capital(district: District, typed: str) -> None:
    clerk = await district.person("clerk", DESHENG)
    case = (await clerk.post("/cases", applicant(id_number=typed))).body
    path = f"/cases/{case['number']}/reveal"
    real = (await clerk.post(path, {"reason": "核对证件原件"})).body
    assert real["applicant"]["id_number"] == "11010519491231002X"


async def test_every_error_is_told_at_once(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = changed(materials=[])
    body["applicant"] |= {"id_number": "1", "mobile": "2"}
    del body["form"]["age_band"]
    answer = await clerk.post("/cases", body)
    assert {"/applicant/id_number", "/applicant/mobile", "/form/age_band", "/materials"} <= (
        answer.pointers
    )


async def test_nobody_is_looked_for_by_a_mask(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.post("/persons/search", {"id_number": "110***********1230"})
    assert (answer.status, answer.pointers) == (422, {"/id_number"})
    assert answer.body["errors"][0]["code"] == "masked_value"


async def test_errors_speak_the_users_language(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = applicant(mobile="12345")
    chinese = await clerk.post("/cases", body)
    english = await clerk.post("/cases", body, **{"Accept-Language": "en"})
    assert chinese.body["errors"][0]["message"] == "手机号码应为 11 位数字"
    assert english.body["errors"][0]["message"] == "A mobile number has 11 digits"


async def test_an_application_nested_too_deep_is_refused(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    assert (await clerk.post("/cases", form(card_no=deep))).status == 422


async def test_promises_have_their_rules(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    body = changed()
    lines = {line["key"]: line for line in body["materials"]}
    register, identity = "ju_min_hu_kou_bu", "shen_qing_ren_ju_min_shen_fen_zheng"
    lines[register] |= {"received": False, "promised_by": "2020-01-01"}
    assert "bad_promise" in str((await clerk.post("/cases", body)).body)
    lines[register] |= {"promised_by": "2099-01-01"}
    assert "bad_promise" in str((await clerk.post("/cases", body)).body)
    # Not later than the case itself is due: the words say the last day that is possible.
    due = (await clerk.post("/cases", changed())).body["due_on"]
    lines[register] |= {"promised_by": str(date.fromisoformat(due) + timedelta(days=1))}
    late = await clerk.post("/cases", body)
    assert late.pointers == {f"/materials/{body['materials'].index(lines[register])}/promised_by"}
    assert due in late.body["errors"][0]["message"]
    lines[register] |= {"promised_by": due}
    assert (await clerk.post("/cases", body)).body["flags"]["promise_open"]
    lines[register] |= {"received": True, "promised_by": None}
    lines[identity] |= {"received": False, "promised_by": "2099-01-01"}
    assert "not_deferrable" in str((await clerk.post("/cases", body)).body)


async def test_broken_json_and_closed_lists_are_reported_plainly(district: District) -> None:
    clerk = await district.person("clerk", DESHENG)
    headers = {"Content-Type": "application/json"}
    broken = await clerk.call("POST", "/cases", content=b'{"form": }', headers=headers)
    assert broken.pointers == {""}
    kind = await clerk.post("/cases", applicant(kind="robot"))
    assert kind.body["errors"][0]["message"] == "只能是下列之一：person, organisation"
    form = await clerk.post("/cases", materials(received="maybe"))
    assert form.pointers == {"/materials/0/received"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN;q=0.1, en;q=0.9", "en"),
        ("fr, en;q=0", "zh"),
        ("en;q=zero", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("de, en;q=0.5, zh;q=0.5", "en"),
    ],
)
async def test_the_language_liked_best_answers(
    district: District, header: str, language: str
) -> None:
    clerk = await district.person("clerk", DESHENG)
    answer = await clerk.call("GET", "/cases/nothing", headers={"Accept-Language": header})
    assert answer.body["title"].startswith("Not found" if language == "en" else "没有找到")
