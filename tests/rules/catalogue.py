"""The real tree and the real matters, read once, without a database."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from tongban.organisations.tree import Kind, Tree, Unit
from tongban.routing.definitions import Definition, parse_definition
from tongban.routing.rules import SCOPE_WORDS, Level, Scope


class Builder:
    """Collects units with running ids."""

    def __init__(self) -> None:
        self.units: list[Unit] = []

    def add(self, code: str, name: str, kind: Kind, parent: Unit | None) -> Unit:
        unit = Unit(len(self.units) + 1, code, name, kind, parent.id if parent else None)
        self.units.append(unit)
        return unit


def _read(name: str) -> Any:
    return json.loads((files("tongban.data") / name).read_text("utf-8"))


@cache
def real_tree() -> Tree:
    data = _read("organisations.json")
    built = Builder()
    district = built.add(data["district"]["code"], data["district"]["name"], Kind.DISTRICT, None)
    for bureau in data["district"]["bureaus"]:
        built.add(bureau["code"], bureau["name"], Kind.BUREAU, district)
    for street_data in data["streets"]:
        _add_street(built, district, street_data)
    return Tree(built.units)


def _add_street(built: Builder, district: Unit, data: dict[str, Any]) -> None:
    street = built.add(data["code"], data["name"], Kind.STREET, district)
    for section in data["sections"]:
        is_hall = section["code"].endswith("-DT")
        kind = Kind.HALL if is_hall else Kind.SECTION
        unit = built.add(section["code"], section["name"], kind, street)
        for number in range(1, data["hall"]["windows"] + 1 if is_hall else 1):
            built.add(f"{unit.code}-{number:02}", f"{number}号窗口", Kind.WINDOW, unit)
    for community_data in data["communities"]:
        community = built.add(
            community_data["code"], community_data["name"], Kind.COMMUNITY, street
        )
        for unit_data in community_data["units"]:
            built.add(unit_data["code"], unit_data["name"], Kind.SECTION, community)


@cache
def matters() -> tuple[dict[str, Any], ...]:
    return tuple(_read("matters.json"))


@cache
def definition_of(code: str) -> Definition:
    return parse_definition(matter(code)["process"])


def matter(code: str) -> dict[str, Any]:
    return next(item for item in matters() if item["code"] == code)


def level_of_matter(code: str) -> Level:
    return Level(matter(code)["level"])


def scope_of_matter(code: str) -> Scope:
    return SCOPE_WORDS[matter(code)["cross_handling_scope"]]


def unit(code: str) -> Unit:
    found = real_tree().find(code)
    assert found is not None, code
    return found


def staffed_everywhere() -> frozenset[tuple[str, int]]:
    roles = ("clerk", "pre_reviewer", "reviewer", "agent_runner")
    return frozenset((role, unit.id) for unit in real_tree() for role in roles)
