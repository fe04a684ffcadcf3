"""What publishing refuses, and that looking at classes is as good as looking at all pairs."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.catalogue import (
    definition_of,
    level_of_matter,
    matters,
    real_tree,
    scope_of_matter,
    staffed_everywhere,
    unit,
)
from tongban.organisations.tree import Kind, Tree
from tongban.routing.checks import (
    Finding,
    Relation,
    check_definition,
    levels_of,
    relations,
)
from tongban.routing.conditions import holds
from tongban.routing.definitions import parse_definition
from tongban.routing.rules import (
    AcceptanceMode,
    Level,
    Scope,
    concrete_path,
    in_scope,
    level_of,
)
from tongban.routing.texts import FINDINGS, text_of
from tongban.routing.worlds import possible_steps


def step(key: str, function: str, place: str, **more: Any) -> dict[str, Any]:
    plain = {"key": key, "function": function, "unit": place, "role": "reviewer"}
    return plain | {"limit_days": 1} | more


ACCEPT = step("accept", "accept", "accepting", role="clerk", limit_days=0)
APPROVE = step("approve", "approve", "home_street:民政科")
BUREAU = step("approve", "approve", "district:区民政局")
RICH = {"field": "income", "gt": 1000}
POOR = {"field": "income", "le": 1000}


def findings(*steps: dict[str, Any], level: Level = Level.STREET, **options: Any) -> list[Finding]:
    defaults: dict[str, Any] = {
        "scope": Scope.WHOLE_DISTRICT,
        "tree": real_tree(),
        "staffed": staffed_everywhere(),
        "promised_days": 20,
        "statutory_days": 30,
    }
    return check_definition(parse_definition(list(steps)), level=level, **(defaults | options))


def codes(found: Iterable[Finding]) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.step) for finding in found]


def test_every_matter_of_the_catalogue_can_be_published() -> None:
    for matter in matters():
        found = check_definition(
            definition_of(matter["code"]),
            level=level_of_matter(matter["code"]),
            scope=scope_of_matter(matter["code"]),
            tree=real_tree(),
            staffed=staffed_everywhere(),
            promised_days=matter["promised_days"],
            statutory_days=matter["statutory_days"],
            fields={field["key"]: field for field in matter["form"]},
        )
        assert found == [], matter["code"]


REVERSED = [
    ("accept_not_first", "approve"),
    ("accept_twice", "accept"),
    ("ends_undecided", "accept"),
]
SKIPS = [("linkage_skips_street", None)] * 2
UNKNOWN_BUREAU = [("resolves_to_nothing", "approve"), *SKIPS]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([APPROVE], [("accept_not_first", "approve")]),
        ([APPROVE, ACCEPT], REVERSED),
        ([ACCEPT | {"condition": RICH}, APPROVE], [("accept_not_certain", "accept")]),
        ([ACCEPT | {"parallel_group": "g"}, APPROVE], [("accept_not_certain", "accept")]),
        ([ACCEPT | {"unit": "home_hall"}, APPROVE], [("accept_elsewhere", "accept")]),
        ([ACCEPT, ACCEPT | {"key": "b"}, APPROVE], [("accept_twice", "b")]),
        ([ACCEPT, APPROVE, APPROVE], [("duplicate_key", "approve")]),
        ([ACCEPT], [("no_deciding_step", None)]),
        ([ACCEPT, APPROVE, step("b", "review", "home_hall")], [("ends_undecided", "b")]),
        ([ACCEPT, APPROVE | {"condition": RICH}], [("ends_undecided", "approve")]),
        ([ACCEPT, APPROVE | {"role": "leader"}], [("role_cannot_work", "approve")]),
        ([ACCEPT, APPROVE | {"role": "boss"}], [("role_cannot_work", "approve")]),
        ([ACCEPT, APPROVE | {"unit": "home_street:外事科"}], [("resolves_to_nothing", "approve")]),
        ([ACCEPT, BUREAU | {"unit": "district:外事办"}], UNKNOWN_BUREAU),
        ([ACCEPT, APPROVE | {"limit_days": 21}], [("limits_over_promise", None)]),
        ([ACCEPT, BUREAU], SKIPS),
    ],
)
def test_what_is_refused(
    steps: list[dict[str, Any]], expected: list[tuple[str, str | None]]
) -> None:
    found = findings(*steps)
    assert codes(found) == expected
    assert all(finding.severity == "error" for finding in found)


def test_a_group_must_stand_together() -> None:
    process = [
        ACCEPT,
        step("a", "review", "home_hall", parallel_group="g"),
        step("b", "review", "home_hall"),
        step("c", "review", "home_hall", parallel_group="g"),
        APPROVE,
    ]
    assert codes(findings(*process)) == [("group_not_together", None)]


def test_a_promise_beyond_the_statute_is_refused() -> None:
    found = findings(ACCEPT, APPROVE, promised_days=31)
    assert codes(found) == [("promised_over_statutory", None)]
    assert findings(ACCEPT, APPROVE, promised_days=31, statutory_days=None) == []


def test_parallel_steps_count_once_against_the_promise() -> None:
    joint = [
        step(key, "review", "home_hall", parallel_group="g", limit_days=15) for key in ("a", "b")
    ]
    assert findings(ACCEPT, *joint, APPROVE) == []


def test_staff_missing_everywhere_is_an_error_and_in_places_a_warning() -> None:
    tree = real_tree()
    clerks = {("clerk", u.id) for u in tree.accepting_units()}
    [nobody] = findings(ACCEPT, APPROVE, staffed=frozenset(clerks))
    assert (nobody.code, nobody.severity) == ("nobody_anywhere", "error")
    some = clerks | {("reviewer", unit("110102001-MZ").id)}
    [places] = findings(ACCEPT, APPROVE, staffed=frozenset(some))
    assert (places.code, places.severity) == ("nobody_in_places", "warning")
    assert places.params["count"] == 14


def test_a_grant_at_the_street_staffs_its_sections_but_not_its_communities() -> None:
    streets = {("reviewer", u.id) for u in real_tree().of_kind(Kind.STREET)}
    clerks = {("clerk", u.id) for u in real_tree().accepting_units()}
    staffed = frozenset(streets | clerks)
    assert findings(ACCEPT, APPROVE, staffed=staffed) == []
    own = step("approve", "approve", "home_community:社区居委会")
    assert codes(findings(ACCEPT, own, staffed=staffed)) == [("nobody_anywhere", "approve")]


def test_clerks_at_windows_and_stations_staff_halls_and_communities() -> None:
    tree = real_tree()
    windows = {("clerk", u.id) for u in tree.of_kind(Kind.WINDOW)}
    stations = {("clerk", u.id) for u in tree if u.code.endswith("-FWZ")}
    reviewers = {("reviewer", u.id) for u in tree.of_kind(Kind.STREET)}
    assert findings(ACCEPT, APPROVE, staffed=frozenset(windows | stations | reviewers)) == []


def test_one_street_without_the_section_is_enough_to_refuse() -> None:
    gone = unit("110102020-MZ")
    tree = Tree(u for u in real_tree() if u != gone)
    [found] = findings(ACCEPT, APPROVE, tree=tree)
    assert (found.code, found.params["count"]) == ("resolves_to_nothing", 38)


# --- conditions ---

INCOME = {"income": {"type": "integer", "required": True, "minimum": 0}}


def test_complementary_conditions_always_decide() -> None:
    small = APPROVE | {"key": "small", "condition": POOR}
    large = APPROVE | {"key": "large", "condition": RICH}
    assert findings(ACCEPT, small, large, fields=INCOME) == []


def test_a_field_that_may_be_left_out_may_leave_no_decision() -> None:
    small = APPROVE | {"key": "small", "condition": POOR}
    large = APPROVE | {"key": "large", "condition": RICH}
    optional = {"income": {"type": "integer", "required": False}}
    shown = {"income": INCOME["income"] | {"visible_if": {"field": "x", "equals": "y"}}}
    for fields in (None, optional, shown):
        found = findings(ACCEPT, small, large, fields=fields)
        assert codes(found) == [("ends_undecided", "large")]


def test_a_gap_between_two_conditions_is_found() -> None:
    small = APPROVE | {"key": "small", "condition": {"field": "income", "lt": 1000}}
    large = APPROVE | {"key": "large", "condition": RICH}
    assert codes(findings(ACCEPT, small, large, fields=INCOME)) == [("ends_undecided", "large")]


def test_all_values_of_a_choice_decide() -> None:
    kinds = {"kind": {"type": "enum", "required": True, "enum": ["甲", "乙"]}}
    one = APPROVE | {"key": "one", "condition": {"field": "kind", "equals": "甲"}}
    two = APPROVE | {"key": "two", "condition": {"field": "kind", "equals": "乙"}}
    assert findings(ACCEPT, one, two, fields=kinds) == []
    more = {"kind": kinds["kind"] | {"enum": ["甲", "乙", "丙"]}}
    assert codes(findings(ACCEPT, one, two, fields=more)) == [("ends_undecided", "two")]


def test_steps_that_exclude_each_other_are_not_added_up() -> None:
    small = APPROVE | {"key": "small", "condition": POOR, "limit_days": 15}
    large = APPROVE | {"key": "large", "condition": RICH, "limit_days": 15}
    assert findings(ACCEPT, small, large, fields=INCOME) == []


def test_a_street_step_that_may_be_left_out_does_not_link() -> None:
    review = step("review", "review", "home_hall", condition=RICH)
    found = findings(ACCEPT, review, BUREAU, scope=Scope.SAME_STREET)
    assert [finding.code for finding in found] == ["linkage_skips_street"]
    assert found[0].params == {"accepting": "community", "same_street": True}


def test_a_condition_on_no_field_of_the_form_is_refused() -> None:
    review = step("review", "review", "home_hall", condition={"field": "age", "gt": 5})
    assert codes(findings(ACCEPT, review, APPROVE, fields=INCOME)) == [
        ("unknown_form_field", "review")
    ]


def test_conditions_beyond_checking_are_refused() -> None:
    many = [
        step(f"s{n}", "review", "home_hall", condition={"field": f"f{n}", "gt": n})
        for n in range(10)
    ]
    assert codes(findings(ACCEPT, *many, APPROVE)) == [("conditions_too_many", None)]


def test_few_values_under_long_conditions_are_refused_too() -> None:
    """What counts is the work: 625 forms, but 18 conditions with 6,400 choices each."""
    choices = [f"v{number}" for number in range(200)]
    long = {"all": [{"not": {"field": f"f{n % 4}", "in": choices}} for n in range(32)]}
    many = [step(f"s{n}", "review", "home_hall", condition=long, limit_days=0) for n in range(18)]
    fields = {f"f{n}": {"type": "enum", "enum": list("abcd")} for n in range(4)}
    found = findings(ACCEPT, *many, APPROVE, fields=fields)
    assert codes(found) == [("conditions_too_many", None)]


FIELDS = {
    "a": {"type": "integer", "required": True, "minimum": 0, "maximum": 6},
    "b": {"type": "boolean", "required": False},
    "c": {"type": "enum", "required": True, "enum": ["x", "y", "z"]},
}
CONSTANTS = {"a": st.integers(-1, 7), "b": st.booleans(), "c": st.sampled_from(["x", "y", "w"])}


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    if depth and draw(st.booleans()):
        word = draw(st.sampled_from(["all", "any", "not"]))
        if word == "not":
            return {"not": draw(conditions(depth - 1))}
        return {word: draw(st.lists(conditions(depth - 1), min_size=1, max_size=2))}
    field = draw(st.sampled_from(sorted(FIELDS)))
    operators = ["equals", "present", *(["gt", "ge", "lt", "le"] if field == "a" else [])]
    operator = draw(st.sampled_from(operators))
    value = draw(st.booleans() if operator == "present" else CONSTANTS[field])
    return {"field": field, operator: value}


@given(st.lists(conditions(), min_size=1, max_size=3))
def test_representatives_stand_for_every_form(drawn: list[dict[str, Any]]) -> None:
    steps = [step(f"s{n}", "review", "home_hall", condition=c) for n, c in enumerate(drawn)]
    definition = parse_definition(steps)
    forms = [{"a": a, "b": b, "c": c} for a in range(7) for b in (True, False, None) for c in "xyz"]
    every = {
        frozenset(s.key for s in definition.steps if s.condition and holds(s.condition, form))
        for form in forms
    }
    assert possible_steps(definition, FIELDS) == every


# --- classes against brute force ---

SELECTORS = [
    "accepting",
    "home_hall",
    "home_community",
    "home_community:社区服务站",
    "home_street:民政科",
    "district:区民政局",
]


@given(
    st.lists(st.sampled_from(SELECTORS), min_size=1, max_size=3),
    st.sampled_from(list(Level)),
    st.sampled_from(list(Scope)),
    st.sampled_from(list(AcceptanceMode)),
    st.sampled_from(real_tree().of_kind(Kind.COMMUNITY)),
)
@settings(max_examples=30, deadline=None)
def test_classes_equal_all_accepting_units(
    places: list[str], level: Level, scope: Scope, mode: AcceptanceMode, home: Any
) -> None:
    tree = real_tree()
    process = [ACCEPT, *(step(f"s{n}", "review", place) for n, place in enumerate(places))]
    definition = parse_definition(process)
    keys = frozenset(s.key for s in definition.steps)
    by_class = {
        relation: levels_of(definition, keys, relation, level, mode)
        for relation in relations(level, scope)
    }
    seen = set()
    for accepting in tree.accepting_units():
        body = tree.body(accepting)
        if not in_scope(scope, level, body, home, tree):
            continue
        relation = Relation(body.kind, tree.street_of(body) == tree.street_of(home))
        path = concrete_path(definition, tree, accepting, home, level=level, mode=mode)
        units = [accepting, *(s.unit for s in path)]
        assert by_class[relation] == {level_of(tree.body(u).kind) for u in units}
        seen.add(relation)
    assert seen == by_class.keys()


def test_every_finding_has_a_text_in_both_languages() -> None:
    review = step("review", "review", "home_hall", condition={"field": "age", "gt": 5})
    [finding] = findings(ACCEPT, review, APPROVE, fields=INCOME)
    assert text_of(finding).say("zh") == "条件引用的表单项“age”不存在"
    assert all(text.zh and text.en for text in FINDINGS.values())
