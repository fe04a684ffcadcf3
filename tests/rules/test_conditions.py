"""The grammar of conditions."""

from typing import Any

import pytest

from tongban.routing.conditions import MAX_NODES, BrokenCondition, holds, parse_condition
from tongban.routing.texts import PARSE_ERRORS

FORM = {
    "income": 1200,
    "kind": "低保",
    "married": True,
    "on": "2026-05-01",
    "note": "",
    "none": None,
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"field": "kind", "equals": "低保"}, True),
        ({"field": "kind", "in": ["低收入", "低保"]}, True),
        ({"field": "kind", "in": ["低收入"]}, False),
        ({"field": "income", "gt": 1200}, False),
        ({"field": "income", "ge": 1200}, True),
        ({"field": "income", "lt": 1200.5}, True),
        ({"field": "income", "le": 1199}, False),
        ({"field": "on", "ge": "2026-01-01"}, True),
        ({"field": "married", "equals": True}, True),
        ({"field": "married", "equals": 1}, False),
        ({"field": "income", "gt": "1000"}, False),
        ({"field": "missing", "equals": "x"}, False),
        ({"field": "missing", "present": False}, True),
        ({"field": "note", "present": True}, False),
        ({"field": "none", "present": True}, False),
        ({"not": {"field": "missing", "equals": "x"}}, True),
        ({"all": [{"field": "married", "equals": True}, {"field": "income", "gt": 2000}]}, False),
        ({"any": [{"field": "married", "equals": True}, {"field": "income", "gt": 2000}]}, True),
    ],
)
def test_conditions_hold_or_not(condition: dict[str, Any], expected: bool) -> None:
    assert holds(parse_condition(condition), FORM) is expected


def nested(depth: int) -> dict[str, Any]:
    return {"not": nested(depth - 1)} if depth > 1 else {"field": "a", "equals": 1}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("income > 5", "condition_not_an_object"),
        ({}, "condition_not_understood"),
        ({"field": "a"}, "condition_not_understood"),
        ({"field": "a", "equals": 1, "gt": 0}, "condition_not_understood"),
        ({"field": "a", "matches": "(a+)+"}, "condition_not_understood"),
        ({"field": 5, "equals": 1}, "condition_not_understood"),
        ({"xor": []}, "condition_not_understood"),
        ({"all": {"field": "a", "equals": 1}}, "condition_not_understood"),
        ({"all": []}, "condition_empty"),
        ({"field": "a", "in": "abc"}, "condition_wrong_value"),
        ({"field": "a", "in": []}, "condition_wrong_value"),
        ({"field": "a", "equals": {"b": 1}}, "condition_wrong_value"),
        ({"field": "a", "gt": True}, "condition_wrong_value"),
        ({"field": "a", "present": "yes"}, "condition_wrong_value"),
        ({"field": "", "equals": 1}, "condition_wrong_value"),
        (nested(5), "condition_too_deep"),
        (nested(200), "condition_too_deep"),
        ({"any": [{"field": "a", "equals": 1}] * (MAX_NODES + 1)}, "condition_too_large"),
        (
            {"any": [{"all": [{"field": "a", "equals": 1}] * 20}] * 2},
            "condition_too_large",
        ),
    ],
)
def test_what_is_no_condition_is_refused(data: object, code: str) -> None:
    with pytest.raises(BrokenCondition) as broken:
        parse_condition(data)
    assert broken.value.code == code
    assert code in PARSE_ERRORS


def test_the_place_of_an_error_is_a_pointer() -> None:
    with pytest.raises(BrokenCondition) as broken:
        parse_condition({"all": [{"field": "a", "equals": 1}, {"not": {"field": "b"}}]})
    assert broken.value.where == "/all/1/not"


def test_the_deepest_allowed_nesting_is_read() -> None:
    assert not holds(parse_condition(nested(4)), {"a": 1})
