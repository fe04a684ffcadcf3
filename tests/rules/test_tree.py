"""The tree's look-ups on the real district."""

import pytest

from tests.rules.catalogue import real_tree, unit
from tongban.organisations.tree import BrokenTree, CannotAccept, Kind, Tree, Unit


def test_the_real_tree_is_whole() -> None:
    tree = real_tree()
    counts = [len(tree.of_kind(k)) for k in (Kind.STREET, Kind.COMMUNITY, Kind.BUREAU, Kind.HALL)]
    assert counts == [15, 263, 16, 15]
    assert len(tree.accepting_units()) == 278
    assert sum(1 for _ in tree.descendants(unit("110102"))) == len(tree) - 1


@pytest.mark.parametrize(
    ("code", "accepting"),
    [
        ("110102001-DT-01", "110102001-DT"),
        ("110102001-DT", "110102001-DT"),
        ("110102001", "110102001-DT"),
        ("110102001-MZ", "110102001-DT"),
        ("110102001004", "110102001004"),
        ("110102001004-FWZ", "110102001004"),
    ],
)
def test_accepting_is_a_hall_or_a_community(code: str, accepting: str) -> None:
    assert real_tree().normalise_accepting(unit(code)).code == accepting


@pytest.mark.parametrize("code", ["110102", "110102-MZJ"])
def test_bureaus_and_the_district_accept_nothing(code: str) -> None:
    with pytest.raises(CannotAccept):
        real_tree().normalise_accepting(unit(code))


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("110102001-DT-01", "110102001"),
        ("110102001-MZ", "110102001"),
        ("110102001004-FWZ", "110102001004"),
        ("110102-MZJ", "110102-MZJ"),
        ("110102", "110102"),
    ],
)
def test_body(code: str, body: str) -> None:
    assert real_tree().body(unit(code)).code == body


def test_street_and_community_of() -> None:
    tree, part = real_tree(), unit("110102001004-FWZ")
    assert tree.street_of(part) == unit("110102001")
    assert tree.community_of(part) == unit("110102001004")
    assert tree.street_of(unit("110102-MZJ")) is None
    assert tree.community_of(unit("110102001-MZ")) is None
    assert [u.code for u in tree.ancestors(part)] == ["110102001004", "110102001", "110102"]


def test_a_grant_at_a_street_does_not_act_for_its_communities() -> None:
    tree = real_tree()
    codes = [u.code for u in tree.acting_for(unit("110102001-DT-01"))]
    assert codes == ["110102001-DT-01", "110102001-DT", "110102001"]
    assert [u.code for u in tree.acting_for(unit("110102001004"))] == ["110102001004"]


@pytest.mark.parametrize(
    ("code", "counter"),
    [
        ("110102001-DT-01", "110102001-DT"),
        ("110102001004-FWZ", "110102001004"),
        ("110102001004", "110102001004"),
        ("110102001-MZ", "110102001-MZ"),
        ("110102-MZJ", "110102-MZJ"),
    ],
)
def test_counter_staff_work_for_where_cases_are_accepted(code: str, counter: str) -> None:
    assert real_tree().counter_of(unit(code)).code == counter


DISTRICT = Unit(1, "1", "区", Kind.DISTRICT, None)
STREET = Unit(2, "2", "街道", Kind.STREET, 1)


@pytest.mark.parametrize(
    "units",
    [
        [DISTRICT, STREET, Unit(3, "2", "街道", Kind.STREET, 1)],
        [DISTRICT, STREET, Unit(2, "3", "街道", Kind.STREET, 1)],
        [DISTRICT, Unit(2, "2", "街道", Kind.STREET, 9)],
        [Unit(1, "1", "街道", Kind.STREET, 2), Unit(2, "2", "街道", Kind.STREET, 1)],
    ],
    ids=["code twice", "id twice", "unknown parent", "loop"],
)
def test_rows_that_make_no_tree(units: list[Unit]) -> None:
    with pytest.raises(BrokenTree):
        Tree(units)


def test_nothing_new_goes_to_what_is_no_longer_active() -> None:
    closed = Unit(3, "2-DT", "大厅", Kind.HALL, 2, active=False)
    tree = Tree([DISTRICT, STREET, closed])
    assert tree.hall_of_street(STREET) is None
    assert tree.child_named(STREET, "大厅", frozenset({Kind.HALL})) is None
    assert tree.find("2-DT") == closed
    for accepting in (STREET, closed):
        with pytest.raises(CannotAccept):
            tree.normalise_accepting(accepting)


@pytest.mark.parametrize(
    ("body", "part", "name"),
    [
        ("德胜街道", "街道残联", "德胜街道残联"),
        ("德胜街道", "民政科", "德胜街道 民政科"),
        ("德胜街道", "德胜街道公共服务大厅", "德胜街道公共服务大厅"),
        ("新康社区", "社区居委会", "新康社区居委会"),
        ("新康社区", "社区", "新康社区 社区"),
    ],
)
def test_a_word_that_ends_one_name_and_begins_the_other_stands_once(
    body: str, part: str, name: str
) -> None:
    units = [DISTRICT, Unit(2, "2", body, Kind.STREET, 1), Unit(3, "3", part, Kind.SECTION, 2)]
    tree = Tree(units)
    assert tree.name_with_body(units[2], gap=" ") == name
    assert tree.name_with_body(units[2]) == name.replace(" ", "")
    assert tree.name_with_body(units[1]) == body


def test_what_hangs_below_one_that_is_off_is_not_active_either() -> None:
    units = [
        Unit(1, "110102", "西城区", Kind.DISTRICT, None),
        Unit(2, "110102001", "西长安街街道", Kind.STREET, 1, active=False),
        Unit(3, "110102001-DT", "大厅", Kind.HALL, 2),
        Unit(4, "110102001-DT-01", "1号窗口", Kind.WINDOW, 3),
    ]
    tree = Tree(units)
    window = tree[4]
    assert [unit.active for unit in tree] == [True, False, False, False]
    assert [tree.is_on(unit) for unit in tree] == [True, False, True, True]
    assert tree.find("110102001-DT-01") is window
    assert tree.accepting_units() == []
    with pytest.raises(CannotAccept):
        tree.normalise_accepting(window)
