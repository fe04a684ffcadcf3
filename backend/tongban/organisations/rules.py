"""What makes a tree right, whether an organisation comes from a file or from a page. Pure.

A code holds its parent's, so that an organisation's place and kind follow from it: what moves gets
another code, and is another organisation.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tongban.core.texts import Text
from tongban.organisations.tree import Kind, Tree, Unit, joined

HALL = "DT"
"""Local part of a street's hall; further halls are DT2, DT3, …"""
WINDOWS_MAX = 99

_LOCAL: Mapping[Kind, Mapping[Kind, str]] = {
    Kind.DISTRICT: {Kind.STREET: r"\d{3}", Kind.BUREAU: r"-[A-Z0-9]{1,12}"},
    Kind.STREET: {
        Kind.HALL: rf"-{HALL}([2-9]|[1-9]\d)?",
        Kind.COMMUNITY: r"\d{3}",
        Kind.SECTION: r"-[A-Z0-9]{1,12}",
    },
    Kind.COMMUNITY: {Kind.SECTION: r"-[A-Z0-9]{1,12}"},
    Kind.HALL: {Kind.WINDOW: r"-\d{2}"},
}
"""By kind, what may stand below it, and what its code adds to the code above: streets and
communities the digits of the statistical division codes, all else a hyphen and a local part. A
hall's stands before a section's, whose pattern it would fit too."""


@dataclass(slots=True)
class Row:
    """An organisation as a file or a page describes it."""

    code: str
    kind: Kind
    name: str
    full_name: str
    office_name: str
    parent: str | None
    sort_order: int
    attributes: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)
    """Only what is said."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a row, at which of its fields."""

    row: Row
    field: str
    code: str
    text: Text


def kinds_below(kind: Kind) -> tuple[Kind, ...]:
    """What may hang directly below an organisation of this kind."""
    return tuple(_LOCAL.get(kind, {}))


def kind_in_street(street: str, code: str) -> Kind:
    """Whether a code among a street's sections is a section's or a hall's."""
    return Kind.HALL if _is_hall(code.removeprefix(street)) else Kind.SECTION


def _is_hall(rest: str) -> bool:
    return bool(re.fullmatch(_LOCAL[Kind.STREET][Kind.HALL], rest, re.ASCII))


def beginning(parent: Unit, kind: Kind) -> str:
    """How the code of a `kind` below `parent` begins."""
    return parent.code if kind in (Kind.STREET, Kind.COMMUNITY) else f"{parent.code}-"


def proposed(tree: Tree, parent: Unit, kind: Kind) -> str | None:
    """The next free code where codes are counted: of windows and of a street's halls."""
    same = [unit.code for unit in tree.children(parent) if unit.kind is kind]
    begin = beginning(parent, kind)
    if kind is Kind.WINDOW:
        last = max((int(code.removeprefix(begin)) for code in same), default=0)
        return f"{begin}{last + 1:02}" if last < WINDOWS_MAX else None
    if kind is Kind.HALL:
        names = [HALL, *(f"{HALL}{number}" for number in range(2, 100))]
        return next((begin + name for name in names if begin + name not in same), None)
    return None


def row_below(
    parent: Row,
    kind: Kind,
    code: str,
    name: str,
    *,
    full_name: str = "",
    office_name: str = "",
    sort_order: int,
) -> Row:
    """An organisation with what its names are called in full, as its kind is called.

    `full_name` is said of a bureau and may be of a hall; `office_name` is said of a street.
    """
    match kind:
        case Kind.BUREAU:
            office_name = full_name
        case Kind.STREET:
            full_name = parent.full_name + name
        case Kind.COMMUNITY:
            full_name, office_name = parent.name + name, name
        case Kind.WINDOW:
            full_name, office_name = parent.full_name + name, parent.office_name
        case _ if parent.kind is Kind.COMMUNITY:
            full_name = joined(parent.full_name, name)
            office_name = joined(parent.name, name)
        case _:
            full_name = full_name or joined(parent.name, name)
            office_name = parent.office_name
    return Row(code, kind, name, full_name, office_name, parent.code, sort_order)


def windows_of(hall: Row, count: int) -> Iterator[Row]:
    """A hall's windows, counted from 1."""
    for number in range(1, count + 1):
        name = f"{number}号窗口"
        yield row_below(hall, Kind.WINDOW, f"{hall.code}-{number:02}", name, sort_order=number)


def mistakes(rows: Sequence[Row], kinds: Mapping[str, Kind]) -> Iterator[Mistake]:
    """What is wrong with rows by themselves. `kinds`: those of all parents, by code."""
    yield from _wrong_codes(rows, kinds)
    yield from _repeated(rows)


_NOT_BELOW = Text("{above}下不能设{kind}", "No {kind_en} may stand below this {above_en}")
_BEGINNING = Text("代码 {code} 应以上级代码 {parent} 开头", "Code {code} must begin with {parent}")
_LOCAL_PART = Text(
    "代码 {code} 不合规则：{parent} 之后应为{rule}",
    "Code {code} breaks the rules: {parent} is followed by {rule_en}",
)
_RULES: Mapping[Kind, tuple[str, str]] = {
    Kind.STREET: ("3 位数字", "3 digits"),
    Kind.COMMUNITY: ("3 位数字", "3 digits"),
    Kind.HALL: ("-DT 或 -DT2 至 -DT99", "-DT, or -DT2 to -DT99"),
    Kind.WINDOW: ("-01 至 -99", "-01 to -99"),
    Kind.SECTION: (
        "连字符和 1～12 位大写字母或数字（DT 留给大厅）",
        "a hyphen and 1 to 12 capitals or digits (DT is a hall's)",
    ),
    Kind.BUREAU: (
        "连字符和 1～12 位大写字母或数字",
        "a hyphen and 1 to 12 capitals or digits",
    ),
}
KIND_NAMES: Mapping[Kind, tuple[str, str]] = {
    Kind.DISTRICT: ("区", "district"),
    Kind.STREET: ("街道", "street"),
    Kind.COMMUNITY: ("社区", "community"),
    Kind.BUREAU: ("委办局", "bureau"),
    Kind.SECTION: ("科室或社区下设单位", "section"),
    Kind.HALL: ("大厅", "hall"),
    Kind.WINDOW: ("窗口", "window"),
}


def _wrong_codes(rows: Sequence[Row], kinds: Mapping[str, Kind]) -> Iterator[Mistake]:
    for row in rows:
        if row.parent is None:
            continue
        above = kinds[row.parent]
        pattern = _LOCAL.get(above, {}).get(row.kind)
        rest = row.code.removeprefix(row.parent)
        if pattern is None:
            (zh, en), (kind, kind_en) = KIND_NAMES[above], KIND_NAMES[row.kind]
            text = _NOT_BELOW.using(above=zh, above_en=en, kind=kind, kind_en=kind_en)
            yield Mistake(row, "kind", "not_below", text)
        elif rest == row.code:
            text = _BEGINNING.using(code=row.code, parent=row.parent)
            yield Mistake(row, "code", "wrong_code", text)
        elif not _fits(row, rest, pattern):
            rule, rule_en = _RULES[row.kind]
            params = {"code": row.code, "parent": row.parent, "rule": rule, "rule_en": rule_en}
            yield Mistake(row, "code", "wrong_code", _LOCAL_PART.using(**params))


def _fits(row: Row, rest: str, pattern: str) -> bool:
    counted_from_one = rest != "-00"
    of_its_kind = row.kind is not Kind.SECTION or not _is_hall(rest)
    return bool(re.fullmatch(pattern, rest, re.ASCII)) and counted_from_one and of_its_kind


_CODE_TWICE = Text("代码 {code} 重复", "Code {code} appears twice")
_NAME_TWICE = Text("同一上级下名称“{name}”重复", "Two siblings are both named “{name}”")
_CODE_TAKEN = Text("代码 {code} 已被使用", "Code {code} is taken")
_NAME_TAKEN = Text(
    "同一上级下已有“{name}”（{other}）：请换一个名称，或先将其更名或停用",
    "“{name}” stands below the same organisation already ({other}): choose another name, or"
    " rename that one or switch it off first",
)


def _repeated(rows: Sequence[Row]) -> Iterator[Mistake]:
    codes: set[str] = set()
    names: set[tuple[str | None, str]] = set()
    for row in rows:
        if row.code in codes:
            text = _CODE_TWICE.using(code=row.code)
            yield Mistake(row, "code", "code_taken", text)
        elif (row.parent, row.name) in names:
            # Process definitions name sections and bureaus, so a name must mean one of them.
            text = _NAME_TWICE.using(name=row.name)
            yield Mistake(row, "name", "name_taken", text)
        codes.add(row.code)
        names.add((row.parent, row.name))


def clashes(rows: Sequence[Row], tree: Tree) -> Iterator[Mistake]:
    """Names of rows that an organisation has which stands below the same one and not among the
    rows."""
    coming = {row.code for row in rows}
    for row in rows:
        unit, parent = tree.find(row.code), tree.find(row.parent) if row.parent else None
        if parent is None or (unit is not None and not tree.is_on(unit)):
            continue
        other = namesake(tree, parent, row.name, but=coming)
        if other is not None:
            text = _NAME_TAKEN.using(name=row.name, other=other.code)
            yield Mistake(row, "name", "name_taken", text)


def namesake(tree: Tree, parent: Unit, name: str, *, but: Collection[str]) -> Unit | None:
    """Who has this name directly below `parent`, codes in `but` aside. One that is switched off
    gives its name free: a community that is counted anew keeps it under another code."""
    siblings = (unit for unit in tree.children(parent) if unit.code not in but)
    return next((unit for unit in siblings if unit.name == name and tree.is_on(unit)), None)


def taken(rows: Iterable[Row], tree: Tree) -> Iterator[Mistake]:
    """Codes of new rows that some organisation has, switched off or not: no code comes again."""
    for row in rows:
        if tree.find(row.code) is not None:
            yield Mistake(row, "code", "code_taken", _CODE_TAKEN.using(code=row.code))
