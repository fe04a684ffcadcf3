"""Forms of all matters, and of some made for trouble."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.applications import catalogue, form
from tongban.core.schemas import InputModel
from tongban.matters.forms import validate_form
from tongban.matters.importing import read_matters
from tongban.matters.schemas import Content, FormField, Version

CODES = sorted(catalogue())
BASE: dict[str, Any] = {
    "code": "T-1",
    "name": "测试事项",
    "level": "street",
    "category": "测试",
    "power_type": "公共服务",
    "handling": "direct",
    "approving_unit": {"level": "street", "unit": "民政科"},
    "statutory_days": 0,
    "promised_days": 0,
    "case_kind": "immediate",
    "cross_handling_scope": "whole_district",
    "home_basis": "either",
    "process": [
        {"key": "a", "function": "accept", "unit": "accepting", "role": "clerk", "limit_days": 0}
    ],
}


def version_of(fields: list[dict[str, Any]]) -> Version:
    return Version(1, 1, 1, Content.model_validate(BASE | {"form": fields}))


def imported(code: str) -> Version:
    [content] = read_matters([catalogue()[code]])
    return Version(1, 1, 1, content)


def found(version: Version, values: dict[str, Any]) -> set[tuple[str, str]]:
    _, errors = validate_form(version, values)
    return {(error.pointer, error.code) for error in errors}


def shown(fields: list[FormField], values: dict[str, Any]) -> Iterator[FormField]:
    return (field for field in fields if field.key in values)


@pytest.mark.parametrize("code", CODES)
def test_a_complete_form_is_right(code: str) -> None:
    version, values = imported(code), form(catalogue()[code]["form"])
    assert validate_form(version, values) == (values, [])


@pytest.mark.parametrize("code", CODES)
def test_each_missing_field_is_its_own_error(code: str) -> None:
    version, complete = imported(code), form(catalogue()[code]["form"])
    switches = {f.visible_if.field for f in version.content.form if f.visible_if}
    for field in shown(version.content.form, complete):
        if field.key in switches:
            continue
        for empty in ({}, {field.key: None}, {field.key: "  "}):
            values = {k: v for k, v in complete.items() if k != field.key} | empty
            expected = {(f"/form/{field.key}", "missing")} if field.required else set()
            assert found(version, values) == expected


@pytest.mark.parametrize("code", CODES)
def test_a_wrong_type_is_pointed_at(code: str) -> None:
    version, complete = imported(code), form(catalogue()[code]["form"])
    switches = {f.visible_if.field for f in version.content.form if f.visible_if}
    for field in shown(version.content.form, complete):
        if field.key in switches:
            continue
        pointers = {pointer for pointer, _ in found(version, complete | {field.key: {"a": 1}})}
        assert pointers == {f"/form/{field.key}"}


GROWN_UP = [
    {"key": "married", "title": "已婚", "type": "boolean", "required": True},
    {
        "key": "spouse",
        "title": "配偶",
        "type": "string",
        "required": True,
        "maxLength": 4,
        "visible_if": {"field": "married", "equals": True},
    },
    {
        "key": "spouse_note",
        "title": "说明",
        "type": "string",
        "required": True,
        "visible_if": {"field": "spouse", "equals": "甲"},
    },
]


def test_hidden_fields_are_neither_asked_for_nor_kept() -> None:
    version = version_of(GROWN_UP)
    values = {"married": False, "spouse": "甲", "spouse_note": "x"}
    assert validate_form(version, values) == ({"married": False}, [])


def test_shown_fields_are_asked_for() -> None:
    version = version_of(GROWN_UP)
    assert found(version, {"married": True}) == {("/form/spouse", "missing")}
    assert found(version, {"married": True, "spouse": "甲"}) == {("/form/spouse_note", "missing")}


@pytest.mark.parametrize(
    ("equals", "value", "visible"),
    [(5, 5, True), (5, 5.0, True), (5.0, 5, True), (5, 6, False), (1, True, False)],
)
def test_equal_numbers_show_a_field_however_they_are_written(
    equals: float, value: float, visible: bool
) -> None:
    switch = {"key": "count", "title": "数", "type": "number"}
    note = {"key": "note", "title": "说明", "type": "string", "required": True}
    version = version_of([switch, note | {"visible_if": {"field": "count", "equals": equals}}])
    missing = ("/form/note", "missing")
    assert (missing in found(version, {"count": value})) is visible


def test_one_is_not_true() -> None:
    assert found(version_of(GROWN_UP), {"married": 1}) == {("/form/married", "type")}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ({"type": "string", "maxLength": 3}, "四个字了", "maxLength"),
        ({"type": "string"}, "字" * 2001, "maxLength"),
        ({"type": "string"}, 5, "type"),
        ({"type": "enum", "enum": ["甲", "乙"]}, "丙", "enum"),
        ({"type": "boolean"}, "true", "type"),
        ({"type": "integer"}, "5", "type"),
        ({"type": "integer"}, 1.5, "type"),
        ({"type": "integer"}, True, "type"),
        ({"type": "integer", "minimum": 1}, 0, "minimum"),
        ({"type": "number", "maximum": 1.5}, 1.6, "maximum"),
        ({"type": "date"}, "2023-02-29", "bad_date"),
        ({"type": "date"}, "2026-W01-1", "bad_date"),
        ({"type": "date"}, "2026-9-1", "bad_date"),
        ({"type": "date"}, "1899-12-31", "bad_date"),
        ({"type": "mobile"}, "1391023456", "bad_mobile"),
        ({"type": "mobile"}, "1391023456\u0667", "bad_mobile"),
        ({"type": "id_number"}, "110102194001011231", "bad_check_digit"),
        ({"type": "address"}, ["街道"], "type"),
        ({"type": "array", "items": [{"key": "n", "title": "姓名", "type": "string"}]}, {}, "type"),
    ],
)
def test_each_kind_of_mistake(field: dict[str, Any], value: Any, code: str) -> None:
    version = version_of([{"key": "x", "title": "项", **field}])
    assert found(version, {"x": value}) == {("/form/x", code)}


def test_limits_are_said_as_they_were_written() -> None:
    version = version_of([{"key": "x", "title": "人数", "type": "integer", "minimum": 1}])
    _, [error] = validate_form(version, {"x": 0})
    assert error.text.say("zh") == "不得小于 1"


CHILDREN = {
    "key": "children",
    "title": "子女",
    "type": "array",
    "required": True,
    "items": [
        {"key": "name", "title": "姓名", "type": "string", "required": True},
        {"key": "born", "title": "出生日期", "type": "date"},
    ],
}


def test_rows_are_checked_one_by_one() -> None:
    rows = [{"name": "甲"}, {"born": "2026-02-30"}, "乙", {"name": "丙", "age": 3}]
    assert found(version_of([CHILDREN]), {"children": rows}) == {
        ("/form/children/1/name", "missing"),
        ("/form/children/1/born", "bad_date"),
        ("/form/children/2", "type"),
        ("/form/children/3/age", "unknown_field"),
    }
    assert found(version_of([CHILDREN]), {"children": []}) == {("/form/children", "missing")}
    many = [{"name": "甲"}] * 51
    assert found(version_of([CHILDREN]), {"children": many}) == {("/form/children", "maxItems")}


def test_unknown_fields_are_refused_with_an_escaped_pointer() -> None:
    assert found(version_of([]), {"a/b~c": 1}) == {("/form/a~1b~0c", "unknown_field")}


def test_a_body_of_mistakes_gets_a_short_answer_soon() -> None:
    rows = [{"born": "x", "what": 1} for _ in range(20_000)]
    started = time.perf_counter()
    _, errors = validate_form(version_of([CHILDREN]), {"children": rows})
    assert len(errors) == 100
    assert time.perf_counter() - started < 5


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CODES), st.data())
def test_whatever_is_sent_gets_an_answer(code: str, data: st.DataObject) -> None:
    version = imported(code)
    keys = [field.key for field in version.content.form] + ["unknown"]
    sent = data.draw(st.dictionaries(st.sampled_from(keys), values, max_size=5))
    cleaned, errors = validate_form(version, sent)
    assert all(error.pointer.startswith("/form") for error in errors)
    assert set(cleaned) <= set(keys)


class Body(InputModel):
    form: dict[str, Any]


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize("sent", [{"a": "\x00"}, {"a\x00": 1}, {"a": [{"b": ["\x00"]}]}])
def test_nul_is_refused_wherever_it_stands(sent: Any) -> None:
    with pytest.raises(ValidationError, match="NUL"):
        Body(form=sent)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"a": "\ud800"}, "half_character"),
        ({"\udfff": 1}, "half_character"),
        ({"a": float("nan")}, "number_out_of_range"),
        ({"a": [float("-inf")]}, "number_out_of_range"),
        ({"a": 2**53 + 1}, "number_out_of_range"),
    ],
)
def test_what_cannot_be_kept_is_refused(sent: Any, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Body(form=sent)
    assert [error["type"] for error in refused.value.errors()] == [code]


def test_every_character_can_be_kept() -> None:
    kept = {"名字": "𠮷野家 · 􏿿", "n": -(2**53), "x": 1e308}
    assert Body(form=kept).form == kept


@pytest.mark.parametrize("depth", [40, 900])
def test_deep_nesting_is_refused(depth: int) -> None:
    with pytest.raises(ValidationError, match="nested"):
        Body(form=nested(depth))
