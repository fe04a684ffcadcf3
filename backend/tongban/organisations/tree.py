"""The tree of organisations in memory: pure look-ups, no database.

District → streets and bureaus → communities; sections, halls and windows hang below the body
they belong to. A tree never changes; after an edit a new one is built.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """What an organisation is."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    BUREAU = "bureau"
    SECTION = "section"
    """A section of a street (业务科室) or a unit of a community (居委会, 服务站, 党委)."""
    HALL = "hall"
    WINDOW = "window"


BODIES = frozenset({Kind.DISTRICT, Kind.STREET, Kind.COMMUNITY, Kind.BUREAU})
"""Kinds that act in their own name; the other kinds act for the body above them."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One organisation. `code` is the public key, `id` and `parent` are surrogate ids.

    One that is no longer `active` keeps its place for the cases it handled; nothing new is
    routed to it. In a tree, what hangs below one that is switched off is not active either.
    """

    id: int
    code: str
    name: str
    kind: Kind
    parent: int | None
    active: bool = True


def joined(body: str, part: str, gap: str = "") -> str:
    """德胜街道 + 街道残联 → 德胜街道残联: the word that ends one and begins the other once."""
    if len(part) > 2 and part[:2] == body[-2:]:
        return body + part[2:]
    return body + gap + part


class BrokenTree(ValueError):
    """Rows that make no tree: an unknown parent, a loop, a code or an id used twice."""


class CannotAccept(ValueError):
    """No counter of its own: a bureau, the district, a street without hall, one not active."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(f"{unit.code} ({unit.kind}) does not accept cases")
        self.unit = unit


class Tree:
    """All organisations of a deployment. Every look-up is a dictionary access."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units: dict[int, Unit] = {}
        for unit in units:
            if unit.id in self._units:
                raise BrokenTree(f"{unit.code} appears twice")
            self._units[unit.id] = unit
        self._switched_off = frozenset(u.id for u in self._units.values() if not u.active)
        for unit in list(self._units.values()) if self._switched_off else ():
            if unit.active and any(u.id in self._switched_off for u in self._walk_up(unit)):
                self._units[unit.id] = replace(unit, active=False)
        self._codes: dict[str, Unit] = {}
        for unit in self._units.values():
            if unit.code in self._codes:
                raise BrokenTree(f"{unit.code} appears twice")
            self._codes[unit.code] = unit
        self._children: dict[int, list[Unit]] = {}
        for unit in self._units.values():
            if unit.parent is not None:
                self._children.setdefault(unit.parent, []).append(unit)
        self._ancestors = {unit.id: self._walk_up(unit) for unit in self._units.values()}
        self._bodies = {unit.id: self._nearest(unit, BODIES) for unit in self._units.values()}
        self._halls = {
            unit.parent: unit
            for unit in sorted(self._units.values(), key=lambda u: u.code, reverse=True)
            if unit.kind is Kind.HALL and unit.active and unit.parent is not None
        }

    def _walk_up(self, unit: Unit) -> tuple[Unit, ...]:
        above: list[Unit] = []
        seen = {unit.id}
        parent = unit.parent
        while parent is not None:
            if parent not in self._units:
                raise BrokenTree(f"{unit.code} hangs below an unknown organisation")
            if parent in seen:
                raise BrokenTree(f"{unit.code} hangs below itself")
            seen.add(parent)
            above.append(self._units[parent])
            parent = self._units[parent].parent
        return tuple(above)

    def _nearest(self, unit: Unit, kinds: frozenset[Kind]) -> Unit | None:
        return next((u for u in (unit, *self._ancestors[unit.id]) if u.kind in kinds), None)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units.values())

    def __len__(self) -> int:
        return len(self._units)

    def __getitem__(self, unit_id: int) -> Unit:
        """The organisation with this id; `KeyError` when there is none."""
        return self._units[unit_id]

    def get(self, unit_id: int) -> Unit | None:
        return self._units.get(unit_id)

    def find(self, code: str) -> Unit | None:
        """The organisation with this public code."""
        return self._codes.get(code)

    def is_on(self, unit: Unit) -> bool:
        """Whether `unit` itself is switched on, whatever is above it."""
        return unit.id not in self._switched_off

    def of_kind(self, kind: Kind) -> list[Unit]:
        """The active organisations of a kind, in the order of their codes."""
        found = [unit for unit in self._units.values() if unit.kind is kind and unit.active]
        return sorted(found, key=lambda unit: unit.code)

    def children(self, unit: Unit) -> tuple[Unit, ...]:
        return tuple(self._children.get(unit.id, ()))

    def child_named(self, parent: Unit, name: str, kinds: frozenset[Kind]) -> Unit | None:
        """The active child of `parent` with this name, among the given kinds."""
        named = (u for u in self._children.get(parent.id, ()) if u.name == name and u.active)
        return next((unit for unit in named if unit.kind in kinds), None)

    def descendants(self, unit: Unit) -> Iterator[Unit]:
        """Everything below `unit`, itself excluded, parents before children."""
        for child in self._children.get(unit.id, ()):
            yield child
            yield from self.descendants(child)

    def ancestors(self, unit: Unit) -> tuple[Unit, ...]:
        """Everything above `unit`, nearest first, itself excluded."""
        return self._ancestors[unit.id]

    def is_within(self, unit: Unit, above: Unit) -> bool:
        """Whether `unit` is `above` or hangs somewhere below it."""
        return unit.id == above.id or above in self._ancestors[unit.id]

    def body(self, unit: Unit) -> Unit:
        """The nearest self-or-ancestor that acts in its own name (`BODIES`)."""
        body = self._bodies[unit.id]
        if body is None:
            raise BrokenTree(f"{unit.code} belongs to no district, street, community or bureau")
        return body

    def name_with_body(self, unit: Unit, gap: str = "") -> str:
        """In words that are clear without its place in the tree: 德胜街道民政科."""
        body = self.body(unit)
        alone = unit == body or body.name in unit.name
        return unit.name if alone else joined(body.name, unit.name, gap)

    def district_of(self, unit: Unit) -> Unit | None:
        return self._nearest(unit, frozenset({Kind.DISTRICT}))

    def street_of(self, unit: Unit) -> Unit | None:
        """S(): the street that `unit` is or hangs below."""
        return self._nearest(unit, frozenset({Kind.STREET}))

    def community_of(self, unit: Unit) -> Unit | None:
        return self._nearest(unit, frozenset({Kind.COMMUNITY}))

    def hall_of_street(self, street: Unit) -> Unit | None:
        """The street's hall; the one with the lowest code where there are several."""
        return self._halls.get(street.id)

    def normalise_accepting(self, unit: Unit) -> Unit:
        """The hall or community for which `unit` accepts: a window's or section's hall, a
        street's hall, a community unit's community. Raises `CannotAccept`.
        """
        body = self._bodies[unit.id]
        accepting: Unit | None = None
        if body is not None and body.kind is Kind.COMMUNITY:
            accepting = body
        elif body is not None and body.kind is Kind.STREET:
            hall = self._nearest(unit, frozenset({Kind.HALL}))
            accepting = hall or self.hall_of_street(body)
        if accepting is None or not (accepting.active and unit.active):
            raise CannotAccept(unit)
        return accepting

    def accepting_units(self) -> list[Unit]:
        """Every place where a resident can walk in: halls of streets, and communities."""
        halls = [h for h in self.of_kind(Kind.HALL) if self.body(h).kind is Kind.STREET]
        return [*halls, *self.of_kind(Kind.COMMUNITY)]

    def counter_of(self, unit: Unit) -> Unit:
        """For whom counter staff at `unit` work: at a window for its hall, at a community's
        unit for the community, where cases are accepted; anywhere else for `unit` itself.
        """
        if unit.kind is Kind.WINDOW:
            return self._nearest(unit, frozenset({Kind.HALL})) or unit
        return self.community_of(unit) or unit

    def acting_for(self, unit: Unit) -> tuple[Unit, ...]:
        """Where a role may be held to act for tasks at `unit`: itself and what is above it, up
        to its body. A grant at a street does not act for the street's communities.
        """
        body = self.body(unit)
        chain = (unit, *self._ancestors[unit.id])
        return chain[: chain.index(body) + 1]
