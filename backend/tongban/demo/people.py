"""Who works in the demo district: enough people that every step of every matter has somebody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tongban.identity.roles import Role
from tongban.organisations.tree import Kind, Tree, Unit

SHOWN_STREETS = ("德胜街道", "金融街街道")
SHOWN_BUREAU = "区民政局"
SHOWN_COMMUNITIES = 2

_STREET_STAFF = (Role.CLERK, Role.PRE_REVIEWER, Role.REVIEWER, Role.AGENT_RUNNER)
_COMMUNITY_STAFF = (Role.CLERK, Role.PRE_REVIEWER, Role.REVIEWER)
_DISTRICT_STAFF = (
    Role.SUPERVISOR,
    Role.LEADER,
    Role.CONTENT_EDITOR,
    Role.CATALOGUE_EDITOR,
    Role.SYSTEM_ADMIN,
    Role.SECURITY_ADMIN,
    Role.AUDIT_ADMIN,
    Role.ARCHIVIST,
)

# First letters of the streets' names, for user names that can be read.
_INITIALS = {
    "西长安街街道": "xcaj",
    "新街口街道": "xjk",
    "月坛街道": "yt",
    "展览路街道": "zll",
    "德胜街道": "ds",
    "金融街街道": "jrj",
    "什刹海街道": "sch",
    "大栅栏街道": "dsl",
    "天桥街道": "tq",
    "椿树街道": "cs",
    "陶然亭街道": "trt",
    "广安门内街道": "gan",
    "牛街街道": "nj",
    "白纸坊街道": "bzf",
    "广安门外街道": "gaw",
}

_FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
# fmt: off
_GIVEN_NAMES = (
    "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛",
    "明", "超", "秀英", "霞", "平", "刚", "桂英", "建华", "建国", "玉兰", "海燕",
    "志强", "晓东", "雪梅", "丽华", "国庆", "文博", "佳琪", "思远", "雨桐", "子涵",
    "浩然", "欣怡", "俊杰", "淑珍", "红梅", "春生", "立新", "振华", "永利", "凤英",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Person:
    """An account to be: `roles` are all held at the organisation it belongs to."""

    username: str
    name: str
    unit: Unit
    roles: tuple[Role, ...]


def people(tree: Tree) -> list[Person]:
    """Everybody, those of the shown organisations first."""
    posts = [*_posts_of_shown(tree), *_other_posts(tree)]
    return [
        Person(username, _name(number), unit, roles)
        for number, (username, unit, roles) in enumerate(posts)
    ]


_Post = tuple[str, Unit, tuple[Role, ...]]


def shown_units(tree: Tree) -> list[Unit]:
    """Where there is a separate account of every role: two streets, two communities of each,
    one bureau."""
    units: list[Unit] = []
    for street in _shown_streets(tree):
        units += [street, *_communities(tree, street)[:SHOWN_COMMUNITIES]]
    bureaus = tree.of_kind(Kind.BUREAU)
    named = [bureau for bureau in bureaus if bureau.name == SHOWN_BUREAU]
    return [*units, *(named or bureaus[:1])]


def _posts_of_shown(tree: Tree) -> Iterator[_Post]:
    for unit in shown_units(tree):
        yield from _separate(tree, unit, tuple(Role))


def _other_posts(tree: Tree) -> Iterator[_Post]:
    shown = {unit.id for unit in shown_units(tree)}
    for district in tree.of_kind(Kind.DISTRICT):
        yield from _separate(tree, district, _DISTRICT_STAFF)
    for bureau in tree.of_kind(Kind.BUREAU):
        if bureau.id not in shown:
            yield from _separate(tree, bureau, (Role.REVIEWER,))
    for street in tree.of_kind(Kind.STREET):
        if street.id not in shown:
            yield from _separate(tree, street, _STREET_STAFF)
        for community in _communities(tree, street):
            if community.id not in shown:
                yield _prefix(tree, community), community, _COMMUNITY_STAFF


def _separate(tree: Tree, unit: Unit, roles: Sequence[Role]) -> Iterator[_Post]:
    for role in roles:
        yield f"{_prefix(tree, unit)}-{role.replace('_', '-')}", unit, (role,)


def _prefix(tree: Tree, unit: Unit) -> str:
    """`ds` a street, `ds-004` its community, `mzj` a bureau, `district`."""
    if unit.kind is Kind.DISTRICT:
        return "district"
    if unit.kind is Kind.BUREAU:
        return unit.code.partition("-")[2].lower()
    street = tree.street_of(unit)
    if street is None:
        raise ValueError(f"{unit.code} is neither of a street nor a bureau")
    initials = _INITIALS.get(street.name, street.code)
    return initials if unit.id == street.id else f"{initials}-{unit.code[-3:]}"


def _shown_streets(tree: Tree) -> list[Unit]:
    streets = tree.of_kind(Kind.STREET)
    named = [street for street in streets if street.name in SHOWN_STREETS]
    return named if len(named) == len(SHOWN_STREETS) else streets[: len(SHOWN_STREETS)]


def _communities(tree: Tree, street: Unit) -> list[Unit]:
    below = (unit for unit in tree.children(street) if unit.kind is Kind.COMMUNITY)
    return sorted(below, key=lambda unit: unit.code)


def _name(number: int) -> str:
    family = _FAMILY_NAMES[number * 7 % len(_FAMILY_NAMES)]
    return family + _GIVEN_NAMES[(number * 11 + number // 40) % len(_GIVEN_NAMES)]
