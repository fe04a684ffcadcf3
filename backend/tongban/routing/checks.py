"""What publishing refuses: a definition that could leave a case without a way on.

Instead of every pair of accepting and home organisation (278 × 263) the checks look at every
home once for what depends on the home alone, and at one case of each kind of relation between
the two for the rest; a test compares that with all pairs.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from tongban.identity.roles import PERMISSIONS, Permission, Role
from tongban.organisations.tree import Kind, Tree, Unit
from tongban.routing.conditions import comparisons
from tongban.routing.definitions import DECIDING, Definition, Function, Place, Selector, Step
from tongban.routing.rules import AcceptanceMode, Level, Scope, Unresolved, resolve
from tongban.routing.worlds import FormFields, TooManyWorlds, possible_steps

Staffed = frozenset[tuple[str, int]]
"""Roles held by somebody: (role, organisation id)."""

_SHOWN = 5
_AT_COUNTERS = {Role.CLERK, Role.PRE_REVIEWER}
_WORKING_ROLES = {role for role in Role if Permission.CASES_WORK in PERMISSIONS[role]}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. Errors stop publishing, warnings are shown.

    `step` is a step's key where one step is meant, `field` the property to look at. The codes'
    texts are in `tongban.routing.texts`.
    """

    code: str
    severity: Literal["error", "warning"] = "error"
    step: str | None = None
    field: str | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def check_definition(
    definition: Definition,
    *,
    level: Level,
    scope: Scope,
    tree: Tree,
    staffed: Staffed,
    promised_days: int,
    statutory_days: int | None = None,
    mode: AcceptanceMode = AcceptanceMode.WINDOW_ACCEPTS,
    fields: FormFields | None = None,
) -> list[Finding]:
    """Everything wrong with a definition on this tree; no error means that every case ends.

    With `fields`, the matter's form by key, conditions are judged by what can be filled in.
    """
    findings = [*_shape(definition), *_conditions(definition, fields)]
    findings += _organisations(definition, tree, staffed)
    if statutory_days is not None and promised_days > statutory_days:
        params = {"promised": promised_days, "statutory": statutory_days}
        findings.append(Finding("promised_over_statutory", field="promised_days", params=params))
    try:
        worlds = possible_steps(definition, fields)
    except TooManyWorlds:
        return [*findings, Finding("conditions_too_many", field="condition")]
    findings += _ways(definition, worlds, promised_days)
    findings += _linkages(definition, worlds, level, scope, mode)
    return findings


def _shape(definition: Definition) -> Iterator[Finding]:
    steps = definition.steps
    first = steps[0]
    if first.function is not Function.ACCEPT:
        yield Finding("accept_not_first", step=first.key, field="function")
    elif first.condition is not None or first.parallel_group is not None:
        yield Finding("accept_not_certain", step=first.key, field="condition")
    if first.function is Function.ACCEPT and first.unit.place is not Place.ACCEPTING:
        yield Finding("accept_elsewhere", step=first.key, field="unit")
    for step in steps[1:]:
        if step.function is Function.ACCEPT:
            yield Finding("accept_twice", step=step.key, field="function")
    for key, times in Counter(step.key for step in steps).items():
        if times > 1:
            yield Finding("duplicate_key", step=key, field="key")
    runs = [name for name, _ in groupby(s.parallel_group for s in steps) if name is not None]
    for name, times in Counter(runs).items():
        if times > 1:
            yield Finding("group_not_together", field="parallel_group", params={"group": name})
    for step in steps:
        if step.role not in _WORKING_ROLES:
            yield Finding("role_cannot_work", step=step.key, field="role")


def _conditions(definition: Definition, fields: FormFields | None) -> Iterator[Finding]:
    if fields is None:
        return
    for step in definition.steps:
        used = {c.field for c in comparisons(step.condition)} if step.condition else set()
        for name in sorted(used - fields.keys()):
            yield Finding(
                "unknown_form_field", step=step.key, field="condition", params={"name": name}
            )


def _organisations(definition: Definition, tree: Tree, staffed: Staffed) -> Iterator[Finding]:
    """Every selector from every home; every place where somebody can walk in."""
    homes = tree.of_kind(Kind.COMMUNITY)
    held = _with_counters(tree, staffed)
    found: dict[Selector, tuple[set[Unit], list[Unit]]] = {}
    for selector in {step.unit for step in definition.steps}:
        found[selector] = _resolved(selector, tree, homes)
    for step in definition.steps:
        units, lost = found[step.unit]
        if lost or not units:
            params = {
                "selector": str(step.unit),
                "count": len(lost),
                "homes": [home.code for home in lost[:_SHOWN]],
            }
            yield Finding("resolves_to_nothing", step=step.key, field="unit", params=params)
        empty = [unit for unit in units if not _is_staffed(unit, step, tree, held)]
        if empty and step.role in _WORKING_ROLES:
            everywhere = len(empty) == len(units)
            yield Finding(
                "nobody_anywhere" if everywhere else "nobody_in_places",
                severity="error" if everywhere else "warning",
                step=step.key,
                field="role",
                params={
                    "role": step.role,
                    "count": len(empty),
                    "units": sorted(unit.code for unit in empty)[:_SHOWN],
                },
            )


def _resolved(selector: Selector, tree: Tree, homes: list[Unit]) -> tuple[set[Unit], list[Unit]]:
    if selector.place is Place.ACCEPTING:
        return set(tree.accepting_units()), []
    units: set[Unit] = set()
    lost: list[Unit] = []
    for home in homes:
        try:
            units.add(resolve(selector, tree, home, home))
        except Unresolved:
            lost.append(home)
    return units, lost


def _with_counters(tree: Tree, staffed: Staffed) -> Staffed:
    """Counter staff at a window or a community's unit work for the hall or the community."""
    units = ((role, tree.get(unit_id)) for role, unit_id in staffed if role in _AT_COUNTERS)
    return staffed | {(role, tree.counter_of(unit).id) for role, unit in units if unit}


def _is_staffed(unit: Unit, step: Step, tree: Tree, staffed: Staffed) -> bool:
    return any((step.role, holder.id) in staffed for holder in tree.acting_for(unit))


def _ways(
    definition: Definition, worlds: frozenset[frozenset[str]], promised_days: int
) -> Iterator[Finding]:
    """Each way through must end with a decision and keep the promise."""
    undecided: set[str] = set()
    longest = 0
    for keys in worlds:
        stages = [[s for s in stage if s.key in keys] for stage in definition.stages()]
        running = [stage for stage in stages if stage]
        longest = max(longest, sum(max(s.limit_days for s in stage) for stage in running))
        if not running or not any(step.function in DECIDING for step in running[-1]):
            undecided.add(_to_look_at(definition, keys, running))
    if not any(step.function in DECIDING for step in definition.steps):
        yield Finding("no_deciding_step", field="function")
    else:
        for key in sorted(undecided):
            yield Finding("ends_undecided", step=key or None, field="condition")
    if longest > promised_days:
        params = {"sum": longest, "promised": promised_days}
        yield Finding("limits_over_promise", field="limit_days", params=params)


def _to_look_at(definition: Definition, keys: frozenset[str], running: list[list[Step]]) -> str:
    """Of a way that ends undecided: the deciding step after its end, whose condition left it out,
    else the step at which it ends; empty where nothing runs."""
    end = running[-1][-1] if running else None
    after = definition.steps[definition.steps.index(end) + 1 :] if end else definition.steps
    left_out = [s.key for s in after if s.function in DECIDING and s.key not in keys]
    return left_out[-1] if left_out else (end.key if end else "")


_LEVELS = {
    Place.HOME_HALL: Kind.STREET,
    Place.HOME_STREET: Kind.STREET,
    Place.HOME_COMMUNITY: Kind.COMMUNITY,
    Place.DISTRICT: Kind.DISTRICT,
}


def _linkages(
    definition: Definition,
    worlds: frozenset[frozenset[str]],
    level: Level,
    scope: Scope,
    mode: AcceptanceMode,
) -> Iterator[Finding]:
    """{community, district} without the street between them is no linkage there is a name for."""
    broken = {
        relation
        for relation in relations(level, scope)
        for keys in worlds
        if levels_of(definition, keys, relation, level, mode)
        == frozenset({Kind.COMMUNITY, Kind.DISTRICT})
    }
    for relation in sorted(broken, key=lambda r: (r.kind, r.same_street)):
        params = {"accepting": relation.kind.value, "same_street": relation.same_street}
        yield Finding("linkage_skips_street", field="unit", params=params)


@dataclass(frozen=True, slots=True)
class Relation:
    """All that linkage depends on: what accepts, and whether in the home street."""

    kind: Kind
    same_street: bool


def relations(level: Level, scope: Scope) -> list[Relation]:
    """The relations of accepting and home organisation that a scope allows."""
    own = Relation(Kind.COMMUNITY, same_street=True)
    own_hall = Relation(Kind.STREET, same_street=True)
    if scope == Scope.OWN_COMMUNITY and level == Level.COMMUNITY:
        return [own]
    if scope != Scope.WHOLE_DISTRICT:
        return [own, own_hall]
    return [own, own_hall, *(Relation(r.kind, same_street=False) for r in (own, own_hall))]


def levels_of(
    definition: Definition,
    keys: frozenset[str],
    relation: Relation,
    level: Level,
    mode: AcceptanceMode,
) -> frozenset[Kind]:
    """The levels acting on a case of this relation when the steps `keys` run."""
    forwarded = mode == AcceptanceMode.COLLECT_AND_FORWARD and not relation.same_street
    accepts = Kind(level.value) if forwarded else relation.kind
    levels = {relation.kind}
    for step in definition.steps:
        if step.key in keys:
            fallback = accepts if step.function is Function.ACCEPT else relation.kind
            levels.add(_LEVELS.get(step.unit.place, fallback))
    return frozenset(levels)
