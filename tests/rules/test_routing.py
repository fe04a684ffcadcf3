"""Concrete paths, cross-handling, scope, linkage, next steps and returns."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.catalogue import (
    definition_of,
    level_of_matter,
    matters,
    real_tree,
    scope_of_matter,
    unit,
)
from tongban.organisations.tree import Kind, Unit
from tongban.routing.definitions import Selector, parse_definition
from tongban.routing.rules import (
    AcceptanceMode,
    CrossHandling,
    Level,
    Linkage,
    NotAHome,
    Path,
    Preview,
    Scope,
    SkipsStreet,
    Unresolved,
    concrete_path,
    counter_of_home,
    cross_handling,
    in_scope,
    linkage,
    next_steps,
    parties,
    preview,
    resolve,
)

CODES = [matter["code"] for matter in matters()]
STREETS = [street.code for street in real_tree().of_kind(Kind.STREET)]

CARRIED, DIRECT, FILING = "ST-MZ-005", "ST-MZ-008", "ST-MZ-015"
OWN, TO_STREET, TO_DISTRICT = "SQ-RK-003", "SQ-RK-001", "SQ-SB-007"

HOME = "110102001004"
NEIGHBOUR = "110102001007"
HALL = "110102001-DT"
ELSEWHERE = real_tree().children(unit("110102010"))
FAR_COMMUNITY = next(u.code for u in ELSEWHERE if u.kind is Kind.COMMUNITY)
FAR_HALL = "110102010-DT"


def look(
    code: str,
    accepting: str,
    home: str = HOME,
    mode: AcceptanceMode = AcceptanceMode.WINDOW_ACCEPTS,
) -> Preview:
    return preview(
        definition_of(code),
        real_tree(),
        unit(accepting),
        unit(home),
        level=level_of_matter(code),
        scope=scope_of_matter(code),
        mode=mode,
    )


def shown(path: Path) -> list[tuple[str, str]]:
    return [(s.key, s.merged_into or s.unit.code) for s in path]


# --- the table of matters in DESIGN §5 ---


def test_street_matter_decided_there() -> None:
    assert shown(look(DIRECT, FAR_HALL).path) == [
        ("accept", FAR_HALL),
        ("first_review", HALL),
        ("approve", "110102001-MZ"),
    ]


def test_street_matter_carried_to_a_bureau() -> None:
    assert shown(look(CARRIED, FAR_COMMUNITY).path) == [
        ("accept", FAR_COMMUNITY),
        ("first_review", HALL),
        ("carry_out", HALL),
        ("approve", "110102-MZJ"),
    ]


def test_filing() -> None:
    assert [key for key, _ in shown(look(FILING, NEIGHBOUR).path)] == ["accept", "file"]


def test_community_matter_decided_there() -> None:
    path = look(OWN, NEIGHBOUR).path
    assert [step.unit.parent for step in path][1:] == [unit(HOME).id]


def test_community_matter_carried_to_the_street() -> None:
    path = look(TO_STREET, HOME).path
    assert shown(path)[:2] == [("accept", HOME), ("first_review", "accept")]
    assert real_tree().body(path[2].unit).code == "110102001"


def test_community_matter_carried_to_the_district() -> None:
    assert shown(look(TO_DISTRICT, HOME).path) == [
        ("accept", HOME),
        ("first_review", "accept"),
        ("street_review", HALL),
        ("carry_out", HALL),
        ("approve", "110102-YBJ"),
    ]


# --- merging ---


def test_first_review_merges_where_both_fall_to_the_same_unit() -> None:
    assert shown(look(DIRECT, HALL).path)[1] == ("first_review", "accept")
    assert shown(look(DIRECT, HOME).path)[1] == ("first_review", HALL)


def test_a_review_that_something_comes_before_is_not_done_at_acceptance() -> None:
    path = look(TO_DISTRICT, HALL).path
    assert shown(path)[1:3] == [("first_review", HOME), ("street_review", HALL)]


def test_carrying_and_deciding_never_merge() -> None:
    process = [
        {"key": "accept", "function": "accept", "unit": "accepting", "role": "clerk"},
        {"key": "run", "function": "carry_out", "unit": "home_hall", "role": "agent_runner"},
        {"key": "approve", "function": "approve", "unit": "home_hall", "role": "reviewer"},
    ]
    definition = parse_definition([step | {"limit_days": 0} for step in process])
    path = concrete_path(definition, real_tree(), unit(HALL), unit(HOME), level=Level.STREET)
    assert [step.merged_into for step in path] == [None, None, None]


def test_collect_and_forward_moves_acceptance_to_the_home_side() -> None:
    collecting = AcceptanceMode.COLLECT_AND_FORWARD
    far = look(DIRECT, FAR_HALL, mode=collecting)
    assert shown(far.path)[:2] == [("accept", HALL), ("first_review", "accept")]
    assert far.collected_at == unit(FAR_HALL)
    assert (far.parties.accepting, far.cross_handling) == (
        unit(FAR_HALL),
        CrossHandling.STREET_STREET,
    )
    assert look(OWN, FAR_COMMUNITY, mode=collecting).path[0].unit == unit(HOME)
    near = look(DIRECT, NEIGHBOUR, mode=collecting)
    assert (near.path[0].unit, near.collected_at) == (unit(NEIGHBOUR), None)


# --- cross-handling and linkage ---

CELLS = {
    # accepting: (community matter, street matter)
    "own community": (CrossHandling.NONE, CrossHandling.NONE),
    "own street": (CrossHandling.STREET_COMMUNITY, CrossHandling.NONE),
    "same street": (CrossHandling.SAME_STREET, CrossHandling.SAME_STREET),
    "community elsewhere": (CrossHandling.COMMUNITY_COMMUNITY, CrossHandling.STREET_COMMUNITY),
    "another street": (CrossHandling.STREET_COMMUNITY, CrossHandling.STREET_STREET),
}
SCOPES = {
    Scope.OWN_COMMUNITY: ({"own community"}, {"own community", "own street"}),
    Scope.SAME_STREET: ({"own community", "own street", "same street"},) * 2,
    Scope.WHOLE_DISTRICT: (CELLS.keys(),) * 2,
}


def accepting_in(cell: str, street_code: str) -> tuple[Unit, Unit]:
    """An accepting and a home organisation for a cell of the table."""
    tree, street = real_tree(), unit(street_code)
    other = unit(STREETS[(STREETS.index(street_code) + 1) % len(STREETS)])
    homes = [u for u in tree.children(street) if u.kind is Kind.COMMUNITY]
    aways = [u for u in tree.children(other) if u.kind is Kind.COMMUNITY]
    accepting = {
        "own community": homes[0],
        "own street": tree.hall_of_street(street),
        "same street": homes[1],
        "community elsewhere": aways[0],
        "another street": tree.hall_of_street(other),
    }[cell]
    assert accepting is not None
    return accepting, homes[0]


@pytest.mark.parametrize("street", STREETS)
@pytest.mark.parametrize("cell", CELLS)
def test_all_matters_over_every_cell_and_street(street: str, cell: str) -> None:
    accepting, home = accepting_in(cell, street)
    for code in CODES:
        column = 0 if level_of_matter(code) is Level.COMMUNITY else 1
        found = look(code, accepting.code, home.code)
        assert found.cross_handling == CELLS[cell][column], code
        assert found.in_scope is (cell in SCOPES[scope_of_matter(code)][column]), code
        check_whole(found, accepting, home)


def check_whole(found: Preview, accepting: Unit, home: Unit) -> None:
    """What must be true of every case on its way: an organisation for each step, a decision at
    the end, the right parties."""
    tree = real_tree()
    assert found.path[0].unit == accepting
    assert found.path[-1].decides
    assert found.parties.deciding == found.path[-1].unit
    assert found.parties.responsible in (home, tree.street_of(home))
    for step in found.path[1:]:
        near_home = tree.is_within(step.unit, found.parties.responsible)
        assert near_home or tree.body(step.unit).kind in (Kind.STREET, Kind.BUREAU)
        assert tree.street_of(step.unit) in (None, tree.street_of(home))
    assert found.linkage is not None or not found.in_scope
    walk_to_the_end(found.path)


def walk_to_the_end(path: Path) -> None:
    done: set[str] = set()
    while opened := next_steps(path, done):
        assert not done & {step.key for step in opened}
        done |= {step.key for step in opened}
    assert done == {step.key for step in path if step.merged_into is None}


@given(
    st.sampled_from(CODES),
    st.sampled_from(real_tree().accepting_units()),
    st.sampled_from(real_tree().of_kind(Kind.COMMUNITY)),
)
@settings(max_examples=1500)
def test_every_definition_ends_from_every_pair(code: str, accepting: Unit, home: Unit) -> None:
    check_whole(look(code, accepting.code, home.code), accepting, home)


@pytest.mark.parametrize(
    ("code", "accepting", "crossing", "linked"),
    [
        (TO_STREET, HOME, CrossHandling.NONE, Linkage.STREET_COMMUNITY),
        (DIRECT, HOME, CrossHandling.NONE, Linkage.STREET_COMMUNITY),
        (CARRIED, HALL, CrossHandling.NONE, Linkage.DISTRICT_STREET),
        (CARRIED, FAR_COMMUNITY, CrossHandling.STREET_COMMUNITY, Linkage.THREE_LEVEL),
        (OWN, NEIGHBOUR, CrossHandling.SAME_STREET, Linkage.NONE),
        (DIRECT, FAR_HALL, CrossHandling.STREET_STREET, Linkage.NONE),
        (DIRECT, HALL, CrossHandling.NONE, Linkage.NONE),
    ],
)
def test_examples_of_the_design(
    code: str, accepting: str, crossing: CrossHandling, linked: Linkage
) -> None:
    found = look(code, accepting)
    assert (found.cross_handling, found.linkage) == (crossing, linked)


@pytest.mark.parametrize("code", [DIRECT, OWN])
def test_on_line_the_home_side_accepts(code: str) -> None:
    tree, level = real_tree(), level_of_matter(code)
    accepting = counter_of_home(level, tree, unit(HOME))
    assert accepting.code == (HOME if level is Level.COMMUNITY else HALL)
    body = tree.body(accepting)
    assert cross_handling(level, body, unit(HOME), tree) is CrossHandling.NONE
    assert in_scope(Scope.OWN_COMMUNITY, level, body, unit(HOME), tree)


def test_the_result_is_collected_where_the_resident_wishes() -> None:
    found = look(CARRIED, FAR_HALL)
    assert found.parties.issuing == unit(FAR_HALL)
    level = Level.STREET
    chosen = parties(found.path, level, real_tree(), unit(FAR_HALL), unit(HOME), unit(HOME))
    assert (chosen.issuing, chosen.deciding) == (unit(HOME), unit("110102-MZJ"))
    assert chosen.responsible == unit("110102001")


def test_a_community_and_the_district_alone_are_no_linkage() -> None:
    path = look(CARRIED, HOME).path
    without_street = tuple(s for s in path if s.unit.code != HALL)
    with pytest.raises(SkipsStreet):
        linkage(without_street, unit(HOME), real_tree())


@pytest.mark.parametrize("text", ["home_street:外事科", "home_community:外事科", "district:外事办"])
def test_what_names_no_organisation_is_said(text: str) -> None:
    with pytest.raises(Unresolved):
        resolve(Selector.parse(text), real_tree(), unit(HALL), unit(HOME))


@pytest.mark.parametrize("code", [HALL, "110102001", "110102001004-FWZ", "110102"])
def test_home_is_a_community(code: str) -> None:
    with pytest.raises(NotAHome):
        resolve(Selector.parse("home_hall"), real_tree(), unit(HALL), unit(code))
