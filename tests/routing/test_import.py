"""Import and export over the API: readable, all or nothing."""

from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.applications import catalogue
from tests.support.district import District, Person
from tongban.identity.roles import Role
from tongban.matters.models import MatterVersion

CODE = "ST-RK-001"


async def editor_of(district: District) -> Person:
    return await district.person(Role.CATALOGUE_EDITOR, "110102")


async def versions(district: District) -> int:
    return await district.session.scalar(select(func.count()).select_from(MatterVersion)) or 0


def file(*codes: str) -> list[dict[str, Any]]:
    return [deepcopy(catalogue()[code]) for code in codes or sorted(catalogue())]


async def test_importing_again_changes_nothing(district: District) -> None:
    editor = await editor_of(district)
    before = await versions(district)
    report = (await editor.post("/matters/import", file())).body
    assert (report["new"], report["changed"], report["unchanged"]) == (0, 0, 160)
    assert await versions(district) == before


async def test_what_is_exported_is_imported_unchanged(district: District) -> None:
    editor = await editor_of(district)
    exported = (await editor.get("/matters/export")).body
    assert len(exported) == 160
    report = (await editor.post("/matters/import", exported)).body
    assert report["unchanged"] == 160
    chosen = (await editor.get("/matters/export", codes=[CODE, "SQ-RK-001"])).body
    assert [content["code"] for content in chosen] == ["SQ-RK-001", CODE]
    assert (await editor.get("/matters/export", codes=["NONE"])).status == 422


async def test_one_change_makes_one_version_with_a_readable_difference(
    district: District,
) -> None:
    editor = await editor_of(district)
    changed = file()
    target = next(item for item in changed if item["code"] == CODE)
    target["materials"][0]["copies"] = 2
    before = await versions(district)
    for dry in (True, False):
        report = (await editor.call("POST", f"/matters/import?dry_run={dry}", json=changed)).body
        assert (report["new"], report["changed"]) == (0, 1)
        [line] = [line for line in report["matters"] if line["outcome"] == "changed"]
        assert line["changes"] == [
            {
                "pointer": "/materials/shen_qing_ren_ju_min_shen_fen_zheng/copies",
                "label": "材料 · 申请人居民身份证 · 份数",
                "before": 1,
                "after": 2,
            }
        ]
        assert await versions(district) == before + (0 if dry else 1)
    assert (await editor.get(f"/matters/{CODE}")).body["version"] == 2


async def test_a_draft_survives_an_import_and_is_warned_about_it(district: District) -> None:
    editor = await editor_of(district)
    await editor.post(f"/matters/{CODE}/draft", None)
    changed = file(CODE)
    changed[0]["fee"] = 5
    assert (await editor.post("/matters/import", changed)).body["changed"] == 1
    found = (await editor.post(f"/matters/{CODE}/draft/check", None)).body["findings"]
    assert "draft_overtaken" in {finding["code"] for finding in found}
    assert (await editor.post(f"/matters/{CODE}/publish", None)).body["version"] == 3


async def test_a_new_matter_comes_in_force(district: District) -> None:
    editor = await editor_of(district)
    new = file(CODE)
    new[0] |= {"code": "ST-RK-999", "name": "新事项"}
    assert (await editor.post("/matters/import", new)).body["new"] == 1
    shown = (await editor.get("/matters/ST-RK-999")).body
    assert (shown["status"], shown["version"]) == ("active", 1)


async def test_a_retired_matter_stays_retired_and_the_report_says_so(district: District) -> None:
    editor = await editor_of(district)
    await editor.post(f"/matters/{CODE}/retire", {"reason": "政策调整"})
    changed = file(CODE, "SQ-RK-001")
    changed[0]["fee"] = 5
    report = (await editor.post("/matters/import", changed)).body
    assert [(m["code"], m["outcome"], m["retired"]) for m in report["matters"]] == [
        (CODE, "changed", True),
        ("SQ-RK-001", "unchanged", False),
    ]
    shown = (await editor.get(f"/matters/{CODE}")).body
    assert (shown["status"], shown["version"]) == ("retired", 2)


def broken(**overrides: Any) -> dict[str, Any]:
    return file(CODE)[0] | overrides


def deep(depth: int) -> Any:
    condition: Any = {"field": "child_order", "gt": 1}
    for _ in range(depth):
        condition = {"not": condition}
    return condition


def with_condition(condition: Any) -> dict[str, Any]:
    matter = broken()
    matter["process"][1]["condition"] = condition
    return matter


@pytest.mark.parametrize(
    ("item", "pointer", "code"),
    [
        (broken(name=""), f"/{CODE}/name", "string_too_short"),
        (broken(handling="包办"), f"/{CODE}/handling", "literal_error"),
        (broken(case_kind="承诺件"), f"/{CODE}/case_kind", "case_kind_against_days"),
        (broken(surprise=1), f"/{CODE}/surprise", "extra_forbidden"),
        (broken(promised_days="三"), f"/{CODE}/promised_days", "int_parsing"),
        (broken(materials=[{"key": "A B"}]), f"/{CODE}/materials/0/key", "string_pattern_mismatch"),
        (
            broken(form=[{"key": "a", "title": "甲", "type": "sql"}]),
            f"/{CODE}/form/0/type",
            "literal_error",
        ),
        (broken(process=[]), f"/{CODE}/process", "too_short"),
        (broken(process=file(CODE)[0]["process"] * 20), f"/{CODE}/process", "too_long"),
        (broken(name="a\x00"), f"/{CODE}/name", "nul_character"),
        (
            with_condition(deep(10)),
            f"/{CODE}/process/1/condition/not/not/not/not",
            "condition_too_deep",
        ),
        (
            with_condition({"any": [{"field": "child_order", "gt": n} for n in range(40)]}),
            f"/{CODE}/process/1/condition",
            "condition_too_large",
        ),
        (with_condition({"exec": "x"}), f"/{CODE}/process/1/condition", "condition_not_understood"),
        (
            broken(promised_days=30, case_kind="承诺件"),
            f"/{CODE}/promised_days",
            "promised_over_statutory",
        ),
        (["not", "a", "matter"], "/1", "model_type"),
        (broken(), f"/{CODE}/code", "duplicate"),
        (broken(name="生育\u202e登记"), f"/{CODE}/name", "invisible_character"),
        (broken(name="生育\n登记"), f"/{CODE}/name", "line_break"),
        (
            broken(legal_basis=["条例", "办法\u200b"]),
            f"/{CODE}/legal_basis/1",
            "invisible_character",
        ),
        (
            broken(guide={"visits": 1, "visits_reason": "核对\x07原件"}),
            f"/{CODE}/guide/visits_reason",
            "invisible_character",
        ),
        (
            broken(
                materials=[{"key": "m", "name": "身份证", "kind": "copy", "note": "\ufeff正反面"}]
            ),
            f"/{CODE}/materials/0/note",
            "invisible_character",
        ),
        (
            broken(form=[{"key": "a", "title": "甲", "type": "enum", "enum": ["是", "\u2066否"]}]),
            f"/{CODE}/form/0/enum/1",
            "invisible_character",
        ),
        (
            with_condition({"field": "child_order", "eq": "一\u200d"}),
            f"/{CODE}/process/1/condition/eq",
            "invisible_character",
        ),
    ],
)
async def test_an_error_names_matter_and_field_and_nothing_changes(
    district: District, item: Any, pointer: str, code: str
) -> None:
    editor = await editor_of(district)
    good = file("SQ-RK-001")[0] | {"fee": 7}
    before = await versions(district)
    sent = [good, item] if code != "duplicate" else [good, item, item]
    refused = await editor.post("/matters/import", sent)
    assert (refused.status, refused.code) == (422, "broken_catalogue")
    assert (pointer, code) in {(e["pointer"], e["code"]) for e in refused.body["errors"]}
    assert await versions(district) == before


@pytest.mark.parametrize(
    ("item", "zh", "en"),
    [
        (
            broken(materials=[{"key": "m", "name": "户口簿", "kind": "copy", "copies": "两"}]),
            "ST-RK-001 生育登记：材料 · 户口簿 · 份数：应为整数",
            "ST-RK-001 生育登记: Materials · 户口簿 · Copies: Must be a whole number",
        ),
        (
            {key: value for key, value in broken().items() if key != "code"},
            "生育登记：事项编码：此项必填",
            "生育登记: Code: Required",
        ),
        (
            with_condition({"exec": "x"}),
            "ST-RK-001 生育登记：流程 · first_review · 条件：",
            "ST-RK-001 生育登记: Process · first_review · Condition: ",
        ),
        ("text", "第 1 个事项：应为包含各项的对象", "Matter 1: Must be an object with its fields"),
        (
            broken(name="{0} {x}", fee=-1),
            "ST-RK-001 {0} {x}：收费：不得小于 0",
            "ST-RK-001 {0} {x}: Fee: At least 0",
        ),
        (
            broken(name="生育\u202e登记", promised_days=30, case_kind="承诺件"),
            "ST-RK-001：承诺时限：",
            "ST-RK-001: Promised days: ",
        ),
    ],
)
async def test_an_error_says_in_words_where_it_is(
    district: District, item: Any, zh: str, en: str
) -> None:
    editor = await editor_of(district)
    for language, said in (("zh-CN", zh), ("en", en)):
        answer = await editor.call(
            "POST", "/matters/import", json=[item], headers={"Accept-Language": language}
        )
        messages = [error["message"] for error in answer.body["errors"]]
        assert any(message.startswith(said) for message in messages), messages


@pytest.mark.parametrize("materials", [None, "户口簿", {"key": "a"}])
async def test_materials_that_are_no_list_are_not_dropped(
    district: District, materials: Any
) -> None:
    editor = await editor_of(district)
    answer = await editor.post("/matters/import", [broken(materials=materials)])
    assert (answer.status, answer.pointers) == (422, {f"/{CODE}/materials"})


async def test_all_errors_of_all_matters_at_once(district: District) -> None:
    editor = await editor_of(district)
    sent = file()
    for item in sent:
        item["name"] = ""
    refused = await editor.post("/matters/import", sent)
    assert {e["pointer"] for e in refused.body["errors"]} == {
        f"/{item['code']}/name" for item in sent
    }


async def test_huge_nesting_is_refused(district: District) -> None:
    editor = await editor_of(district)
    headers = {"Content-Type": "application/json"}
    for depth in (300, 100_000):
        body = "[" * depth + "]" * depth
        answer = await editor.call("POST", "/matters/import", content=body, headers=headers)
        assert answer.status in (400, 422)
