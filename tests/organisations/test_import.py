"""Importing a district's tree: complete, repeatable, all or nothing, mistakes named."""

import copy
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import organisations_file
from tongban.organisations.files import FileRefused
from tongban.organisations.models import Organisation, TreeRevision
from tongban.organisations.service import Contact, contacts_of, get_tree, import_organisations
from tongban.organisations.tree import Kind

DISTRICT = organisations_file()


def _file() -> Any:
    return copy.deepcopy(DISTRICT)


async def _revision(session: AsyncSession) -> object:
    return await session.scalar(select(TreeRevision.revision))


async def test_whole_district_is_imported(session: AsyncSession) -> None:
    report = await import_organisations(session, _file())
    tree = await get_tree(session)
    kinds = Counter(unit.kind for unit in tree)
    windows = sum(street["hall"]["windows"] for street in DISTRICT["streets"])
    assert kinds == {
        Kind.DISTRICT: 1,
        Kind.BUREAU: 16,
        Kind.STREET: 15,
        Kind.HALL: 15,
        Kind.SECTION: 15 * 14 + 263 * 3,
        Kind.WINDOW: windows,
        Kind.COMMUNITY: 263,
    }
    assert len(report.created) == len(tree)
    window = tree.find("110102010-DT-01")
    assert window is not None
    assert [unit.code for unit in tree.ancestors(window)] == [
        "110102010-DT",
        "110102010",
        "110102",
    ]


async def test_names_join_without_repeating_a_word(session: AsyncSession) -> None:
    await import_organisations(session, _file())
    rows = await session.execute(select(Organisation.code, Organisation.full_name))
    names = {row.code: row.full_name for row in rows}
    assert names["110102010"] == "北京市西城区德胜街道"
    assert names["110102010-CL"] == "德胜街道残联"
    assert names["110102010-MZ"] == "德胜街道民政科"
    assert names["110102001004-JWH"] == "西长安街街道府右街南社区居委会"
    assert names["110102010-DT-01"] == "德胜街道公共服务大厅1号窗口"


async def test_path_finds_everything_below(session: AsyncSession) -> None:
    await import_organisations(session, _file())
    below = await session.scalar(
        select(func.count())
        .select_from(Organisation)
        .where(Organisation.path.op("<@")(func.text2ltree("110102.110102010")))
    )
    tree = await get_tree(session)
    street = tree.find("110102010")
    assert street is not None
    assert below == 1 + len(list(tree.descendants(street)))


async def test_second_import_changes_nothing(session: AsyncSession) -> None:
    first = await import_organisations(session, _file())
    before = await _revision(session)
    again = await import_organisations(session, _file())
    assert (again.created, again.changed, again.missing) == ([], [], [])
    assert again.unchanged == len(first.created)
    assert await _revision(session) == before


async def test_changes_are_taken_and_what_is_gone_is_reported(session: AsyncSession) -> None:
    await import_organisations(session, _file())
    before = await get_tree(session)
    changed = _file()
    changed["district"]["bureaus"][0]["name"] = "区民政局（新）"
    gone = changed["streets"][0]["communities"].pop()
    report = await import_organisations(session, changed)
    assert report.changed == ["110102-MZJ"]
    codes = [gone["code"], *(unit["code"] for unit in gone["units"])]
    assert report.missing == sorted(codes)
    tree = await get_tree(session)
    bureau = tree.find("110102-MZJ")
    assert bureau is not None
    assert bureau.name == "区民政局（新）"
    assert tree.find(gone["code"]) is not None
    assert before.find("110102-MZJ") != bureau


async def test_change_made_by_hand_reaches_the_cached_tree(session: AsyncSession) -> None:
    await import_organisations(session, _file())
    assert await get_tree(session) is await get_tree(session)
    await session.execute(
        update(Organisation).where(Organisation.code == "110102").values(name="新西城区")
    )
    unit = (await get_tree(session)).find("110102")
    assert unit is not None
    assert unit.name == "新西城区"


async def test_cached_tree_of_a_rolled_back_change_is_not_used(session: AsyncSession) -> None:
    await import_organisations(session, _file())
    for name in ("甲区", "乙区"):
        savepoint = await session.begin_nested()
        await session.execute(
            text("UPDATE organisations SET name = :n WHERE code = '110102'"), {"n": name}
        )
        unit = (await get_tree(session)).find("110102")
        assert unit is not None
        assert unit.name == name
        await savepoint.rollback()


def _street(data: Any) -> Any:
    return data["streets"][4]


MISTAKES: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "community of another street": (
        lambda d: _street(d)["communities"][0].update(code="110102001999"),
        "德胜街道",
        "code",
    ),
    "code with eleven digits": (
        lambda d: _street(d)["communities"][0].update(code="11010201099"),
        "11010201099",
        "code",
    ),
    "street of another district": (
        lambda d: _street(d).update(code="110101010"),
        "德胜街道",
        "code",
    ),
    "bureau with a digit code": (
        lambda d: d["district"]["bureaus"][0].update(code="110102"),
        "区民政局",
        "code",
    ),
    "code twice": (
        lambda d: d["district"]["bureaus"][1].update(code="110102-MZJ"),
        "北京市西城区人力资源和社会保障局",
        "code",
    ),
    "two sections of one name": (
        lambda d: _street(d)["sections"][1].update(name="民政科"),
        "德胜街道民政科",
        "name",
    ),
    "no name": (lambda d: _street(d)["sections"][2].pop("name"), "110102010-MZ", "name"),
    "empty name": (lambda d: _street(d).update(name=" "), "110102010", "name"),
    "no hall": (lambda d: _street(d)["sections"].pop(0), "德胜街道", "sections"),
    "no windows": (lambda d: _street(d)["hall"].update(windows=0), "德胜街道", "hall/windows"),
    "windows as text": (
        lambda d: _street(d)["hall"].update(windows="8"),
        "德胜街道",
        "hall/windows",
    ),
    "no streets": (lambda d: d.update(streets=[]), "—", "streets"),
    "no district": (lambda d: d.pop("district"), "—", "district"),
    "a name that is none": (lambda d: _street(d).update(name={"a": 1}), "110102010", "name"),
    "NUL in a name": (lambda d: _street(d).update(name="德\x00胜"), "110102010", "name"),
    "a direction mark in a name": (
        lambda d: _street(d).update(name="德\u202e胜"),
        "110102010",
        "name",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_mistake_is_named_and_nothing_is_imported(
    session: AsyncSession, mistake: str
) -> None:
    spoil, organisation, field = MISTAKES[mistake]
    data = _file()
    spoil(data)
    with pytest.raises(FileRefused) as refused:
        await import_organisations(session, data)
    assert any(
        organisation in finding.organisation and field in finding.field
        for finding in refused.value.findings
    ), refused.value.findings
    assert all(finding.text.say("zh") for finding in refused.value.findings)
    assert await session.scalar(select(func.count()).select_from(Organisation)) == 0


@pytest.mark.parametrize("data", [None, [], {}, {"district": 1, "streets": {}}])
async def test_something_else_entirely_is_refused(session: AsyncSession, data: object) -> None:
    with pytest.raises(FileRefused):
        await import_organisations(session, data)


async def test_all_mistakes_are_told_at_once(session: AsyncSession) -> None:
    data = _file()
    data["district"]["bureaus"][0]["full_name"] = ""
    _street(data)["communities"][3]["units"][0]["code"] = "x"
    with pytest.raises(FileRefused) as refused:
        await import_organisations(session, data)
    assert len(refused.value.findings) == 2


async def test_contacts_come_from_the_file_and_else_stay_as_entered(session: AsyncSession) -> None:
    await import_organisations(session, _file())
    hall, street = "110102010-DT", "110102010"
    await session.execute(
        update(Organisation).where(Organisation.code == hall).values(telephone="010-1")
    )
    session.expire_all()
    changed = _file()
    part = next(item for item in changed["streets"] if item["code"] == street)
    part |= {"address": "某街1号"}
    part["hall"] |= {"opening_hours": "周一至周五"}
    assert (await import_organisations(session, changed)).changed == [street, hall]
    assert (await import_organisations(session, changed)).changed == []
    tree = await get_tree(session)
    window, community = tree.find(f"{hall}-01"), tree.find("110102010002")
    assert window is not None
    assert community is not None
    found = await contacts_of(session, tree, [window, community])
    name = "德胜街道公共服务大厅1号窗口"
    assert found[window.id] == Contact(name, "某街1号", "010-1", "周一至周五")
    assert found[community.id] == Contact("德胜街道" + community.name)
