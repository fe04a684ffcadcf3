"""Reading process definitions."""

from typing import Any

import pytest

from tests.rules.catalogue import definition_of, matters
from tongban.routing.definitions import (
    BrokenDefinition,
    Place,
    Selector,
    UnknownSelector,
    parse_definition,
)
from tongban.routing.texts import text_of_error


def step(**changes: Any) -> dict[str, Any]:
    plain = {
        "key": "accept",
        "function": "accept",
        "unit": "accepting",
        "role": "clerk",
        "limit_days": 0,
    }
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def test_all_matters_of_the_catalogue_are_read() -> None:
    assert len(matters()) == 160
    assert sum(len(definition_of(matter["code"]).steps) for matter in matters()) == 450


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ("accepting", Place.ACCEPTING, None),
        ("home_hall", Place.HOME_HALL, None),
        ("home_community", Place.HOME_COMMUNITY, None),
        ("home_community:社区服务站", Place.HOME_COMMUNITY, "社区服务站"),
        ("home_street:民政科", Place.HOME_STREET, "民政科"),
        ("district:区民政局", Place.DISTRICT, "区民政局"),
    ],
)
def test_selectors(text: str, place: Place, name: str | None) -> None:
    assert Selector.parse(text) == Selector(place, name)
    assert str(Selector.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "home_street", "district:", "accepting:x", "home_hall:x", "home_community:", "x:y"]
)
def test_what_is_no_selector(text: str) -> None:
    with pytest.raises(UnknownSelector):
        Selector.parse(text)


@pytest.mark.parametrize(
    ("data", "pointer", "code"),
    [
        ({}, "", "not_a_list"),
        ([], "", "no_steps"),
        ([step()] * 21, "", "too_many_steps"),
        (["accept"], "/0", "not_an_object"),
        ([step(), step(key="B-1")], "/1/key", "bad_key"),
        ([step(function="guess")], "/0/function", "unknown_function"),
        ([step(function=["accept"])], "/0/function", "unknown_function"),
        ([step(unit="elsewhere")], "/0/unit", "unknown_selector"),
        ([step(unit=...)], "/0/unit", "unknown_selector"),
        ([step(role=None)], "/0/role", "unknown_role"),
        ([step(limit_days=-1)], "/0/limit_days", "bad_limit"),
        ([step(limit_days=True)], "/0/limit_days", "bad_limit"),
        ([step(limit_days=1.5)], "/0/limit_days", "bad_limit"),
        ([step(parallel_group="")], "/0/parallel_group", "bad_key"),
        ([step(colour="red")], "/0/colour", "unknown_field"),
        ([step(condition={"not": {"field": "a"}})], "/0/condition/not", "condition_not_understood"),
    ],
)
def test_errors_name_their_place(data: object, pointer: str, code: str) -> None:
    with pytest.raises(BrokenDefinition) as broken:
        parse_definition(data)
    assert [(error.pointer, error.code) for error in broken.value.errors] == [(pointer, code)]
    assert text_of_error(broken.value.errors[0]).say("zh")


def test_every_error_is_reported_at_once() -> None:
    with pytest.raises(BrokenDefinition) as broken:
        parse_definition([step(key=1, role=""), step(unit="x")])
    assert [error.pointer for error in broken.value.errors] == ["/0/key", "/0/role", "/1/unit"]


def test_parallel_steps_make_one_stage() -> None:
    definition = parse_definition(
        [
            step(),
            step(key="b", function="review", parallel_group="g"),
            step(key="c", function="review", parallel_group="g"),
            step(key="d", function="approve"),
        ]
    )
    stages = [[s.key for s in stage] for stage in definition.stages()]
    assert stages == [["accept"], ["b", "c"], ["d"]]
