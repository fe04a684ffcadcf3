"""A case on its way: conditions, parallel groups, merged steps, returns."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.catalogue import real_tree, unit
from tongban.routing.definitions import parse_definition
from tongban.routing.rules import (
    Level,
    Path,
    Scope,
    concrete_path,
    done_after_return,
    next_steps,
    preview,
    return_targets,
)

HOME = "110102001004"
HALL = "110102001-DT"
FAR_HALL = "110102010-DT"


def step(key: str, function: str, place: str, **more: Any) -> dict[str, Any]:
    plain = {"key": key, "function": function, "unit": place, "limit_days": 2}
    return plain | {"role": "reviewer"} | more


PARALLEL = parse_definition(
    [
        step("accept", "accept", "accepting", role="clerk", limit_days=0),
        step("first_review", "first_review", "home_hall"),
        step("civil", "review", "home_street:民政科", parallel_group="joint"),
        step("housing", "review", "home_street:住房保障科", parallel_group="joint", limit_days=5),
        step(
            "disabled",
            "review",
            "home_street:街道残联",
            parallel_group="joint",
            condition={"field": "disabled", "equals": True},
        ),
        step("approve", "approve", "district:区民政局"),
    ]
)


def parallel_path(form: dict[str, Any] | None, accepting: str = FAR_HALL) -> Path:
    level = Level.STREET
    return concrete_path(PARALLEL, real_tree(), unit(accepting), unit(HOME), form, level=level)


def keys(path: Path) -> list[str]:
    return [step.key for step in path]


def test_conditions_choose_the_steps() -> None:
    assert "disabled" in keys(parallel_path({"disabled": True}))
    assert "disabled" not in keys(parallel_path({}))


def test_a_preview_without_a_form_shows_what_depends_on_it() -> None:
    assert [s.key for s in parallel_path(None) if s.conditional] == ["disabled"]
    assert not any(s.conditional for s in parallel_path({"disabled": True}))


def test_a_parallel_group_opens_together_and_all_must_be_done() -> None:
    path = parallel_path({"disabled": True})
    assert keys(next_steps(path, [])) == ["accept"]
    assert keys(next_steps(path, ["accept"])) == ["first_review"]
    before = ["accept", "first_review"]
    assert keys(next_steps(path, before)) == ["civil", "housing", "disabled"]
    assert keys(next_steps(path, [*before, "housing"])) == ["civil", "disabled"]
    assert keys(next_steps(path, [*before, "housing", "civil", "disabled"])) == ["approve"]
    assert next_steps(path, keys(path)) == ()


def test_a_merged_step_is_never_opened() -> None:
    path = parallel_path({}, accepting=HALL)
    assert keys(next_steps(path, ["accept"])) == ["civil", "housing"]


def test_a_condition_may_empty_a_whole_stage() -> None:
    process = [
        step("accept", "accept", "accepting"),
        step("extra", "review", "home_hall", condition={"field": "x", "present": True}),
        step("approve", "approve", "home_street:民政科"),
    ]
    definition = parse_definition(process)
    home, level = unit(HOME), Level.STREET
    path = concrete_path(definition, real_tree(), unit(HALL), home, {}, level=level)
    assert keys(next_steps(path, ["accept"])) == ["approve"]


def test_parallel_steps_take_the_longest_of_their_limits() -> None:
    found = preview(
        PARALLEL,
        real_tree(),
        unit(FAR_HALL),
        unit(HOME),
        level=Level.STREET,
        scope=Scope.WHOLE_DISTRICT,
        form={},
    )
    assert found.limit_days == 0 + 2 + 5 + 2


def test_a_case_can_be_sent_back_to_whoever_had_it_before() -> None:
    path = parallel_path({})
    assert keys(return_targets(path, "approve")) == ["housing", "civil", "first_review", "accept"]
    assert keys(return_targets(path, "civil")) == ["first_review", "accept"]
    assert keys(return_targets(path, "accept")) == []
    merged = parallel_path({}, accepting=HALL)
    assert keys(return_targets(merged, "civil")) == ["accept"]
    with pytest.raises(KeyError):
        return_targets(path, "unknown")


def test_after_a_return_everything_from_there_is_done_anew() -> None:
    path = parallel_path({})
    done = ["accept", "first_review", "civil", "housing"]
    kept = done_after_return(path, done, "first_review")
    assert kept == {"accept"}
    assert keys(next_steps(path, kept)) == ["first_review"]
    beside = done_after_return(path, done, "civil")
    assert keys(next_steps(path, beside)) == ["civil"]
    assert done_after_return(path, done, "accept") == frozenset()


@given(st.data())
def test_a_case_ends_however_often_it_is_sent_back(data: st.DataObject) -> None:
    path = parallel_path({"disabled": data.draw(st.booleans())})
    done: frozenset[str] = frozenset()
    for _ in range(data.draw(st.integers(0, 12))):
        opened = next_steps(path, done)
        if not opened:
            break
        current = data.draw(st.sampled_from(opened))
        targets = return_targets(path, current.key)
        sent_back = data.draw(st.booleans())
        if targets and sent_back:
            done = done_after_return(path, done, data.draw(st.sampled_from(targets)).key)
        else:
            done |= {current.key}
    while opened := next_steps(path, done):
        done |= {opened[0].key}
    assert done == set(keys(path))
