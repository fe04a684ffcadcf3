"""Where a case goes: selectors resolved, steps merged, cross-handling and linkage derived.

Pure functions over a `Tree` and a `Definition`. In their names and arguments, `accepting` is
the unit where the resident walked in, already normalised to a hall or a community
(`Tree.normalise_accepting`), and `home` is the community of household or residence.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Any

from tongban.organisations.tree import Kind, Tree, Unit
from tongban.routing.conditions import holds
from tongban.routing.definitions import DECIDING, Definition, Function, Place, Selector, Step


class Level(StrEnum):
    """Whose matter it is; decides the responsible organisation."""

    STREET = "street"
    COMMUNITY = "community"


class Scope(StrEnum):
    """How far from home a matter may be accepted."""

    OWN_COMMUNITY = "own_community"
    SAME_STREET = "same_street"
    WHOLE_DISTRICT = "whole_district"


SCOPE_WORDS: Mapping[str, Scope] = {
    "本社区": Scope.OWN_COMMUNITY,
    "同街": Scope.SAME_STREET,
    "全区": Scope.WHOLE_DISTRICT,
}
"""The catalogue's words (`cross_handling_scope`)."""


class AcceptanceMode(StrEnum):
    WINDOW_ACCEPTS = "window_accepts"
    COLLECT_AND_FORWARD = "collect_and_forward"
    """Another street's window only receives the papers (收件); the home side accepts."""


class CrossHandling(StrEnum):
    """通办: the relation of where a case is accepted to where it belongs."""

    NONE = "none"
    STREET_COMMUNITY = "street_community"
    SAME_STREET = "same_street"
    COMMUNITY_COMMUNITY = "community_community"
    STREET_STREET = "street_street"


class Linkage(StrEnum):
    """联动: the levels that act on a case."""

    NONE = "none"
    STREET_COMMUNITY = "street_community"
    DISTRICT_STREET = "district_street"
    THREE_LEVEL = "three_level"


_LINKAGES: Mapping[frozenset[Kind], Linkage] = {
    frozenset({Kind.COMMUNITY}): Linkage.NONE,
    frozenset({Kind.STREET}): Linkage.NONE,
    frozenset({Kind.DISTRICT}): Linkage.NONE,
    frozenset({Kind.COMMUNITY, Kind.STREET}): Linkage.STREET_COMMUNITY,
    frozenset({Kind.STREET, Kind.DISTRICT}): Linkage.DISTRICT_STREET,
    frozenset({Kind.COMMUNITY, Kind.STREET, Kind.DISTRICT}): Linkage.THREE_LEVEL,
}


class Unresolved(LookupError):
    """A selector that names no organisation of this home."""

    def __init__(self, selector: Selector, home: Unit) -> None:
        super().__init__(f"{selector} names no organisation for {home.code}")
        self.selector = selector
        self.home = home


class NotAHome(ValueError):
    """The home organisation is not a community below a street."""


class SkipsStreet(ValueError):
    """The path joins a community and the district without the street between them."""


@dataclass(frozen=True, slots=True)
class ConcreteStep:
    """A step of one case. A step with `merged_into` gets no task: that step's unit does it.

    `stage` counts from 0; steps of the same stage run together. `conditional` is only set in
    previews without a form: whether the step happens will depend on what is filled in.
    """

    key: str
    function: Function
    unit: Unit
    role: str
    limit_days: int
    stage: int
    parallel_group: str | None = None
    merged_into: str | None = None
    conditional: bool = False

    @property
    def decides(self) -> bool:
        return self.function in DECIDING


Path = tuple[ConcreteStep, ...]


def home_street(tree: Tree, home: Unit) -> Unit:
    """S(H). Raises `NotAHome` unless `home` is a community below a street."""
    street = tree.street_of(home)
    if home.kind is not Kind.COMMUNITY or street is None:
        raise NotAHome(home.code)
    return street


def resolve(selector: Selector, tree: Tree, accepting: Unit, home: Unit) -> Unit:
    """The organisation that a selector means for this case. Raises `Unresolved`."""
    street = home_street(tree, home)
    found: Unit | None
    match selector:
        case Selector(Place.ACCEPTING):
            found = accepting
        case Selector(Place.HOME_HALL):
            found = tree.hall_of_street(street)
        case Selector(Place.HOME_COMMUNITY, None):
            found = home
        case Selector(Place.HOME_COMMUNITY, str() as name):
            found = tree.child_named(home, name, frozenset({Kind.SECTION}))
        case Selector(Place.HOME_STREET, str() as name):
            found = tree.child_named(street, name, frozenset({Kind.SECTION, Kind.HALL}))
        case Selector(_, name):
            district = tree.district_of(home)
            bureaus = frozenset({Kind.BUREAU})
            found = district and tree.child_named(district, name or "", bureaus)
    if found is None:
        raise Unresolved(selector, home)
    return found


def responsible(level: Level, tree: Tree, home: Unit) -> Unit:
    """R: the community itself, or its street, depending on whose matter it is."""
    return home if level == Level.COMMUNITY else home_street(tree, home)


def counter_of_home(level: Level, tree: Tree, home: Unit) -> Unit:
    """R's own counter: the home community, or the hall of its street.

    It is the accepting unit of on-line applications (A := R). Raises `Unresolved`.
    """
    if level == Level.COMMUNITY:
        return home
    return resolve(Selector(Place.HOME_HALL), tree, home, home)


def accepts_at(mode: AcceptanceMode, level: Level, tree: Tree, accepting: Unit, home: Unit) -> Unit:
    """Who decides on acceptance: the accepting unit, or with 收件 the home side when the
    resident walked in at another street.
    """
    elsewhere = tree.street_of(accepting) != home_street(tree, home)
    if mode == AcceptanceMode.COLLECT_AND_FORWARD and elsewhere:
        return counter_of_home(level, tree, home)
    return accepting


def concrete_path(
    definition: Definition,
    tree: Tree,
    accepting: Unit,
    home: Unit,
    form: Mapping[str, Any] | None = None,
    *,
    level: Level,
    mode: AcceptanceMode = AcceptanceMode.WINDOW_ACCEPTS,
) -> Path:
    """The steps of one case, in order. Without a form all conditional steps are shown.

    Raises `Unresolved` or `NotAHome`; a published definition never does on its own tree.
    """
    path: list[ConcreteStep] = []
    for stage in definition.stages():
        running = [s for s in stage if form is None or _applies(s, form)]
        number = path[-1].stage + 1 if path else 0
        for step in running:
            if step.function is Function.ACCEPT and step.unit.place is Place.ACCEPTING:
                unit = accepts_at(mode, level, tree, accepting, home)
            else:
                unit = resolve(step.unit, tree, accepting, home)
            path.append(_concrete(step, unit, number, unknown_form=form is None))
    return tuple(_merged(path))


def _applies(step: Step, form: Mapping[str, Any]) -> bool:
    return step.condition is None or holds(step.condition, form)


def _concrete(step: Step, unit: Unit, stage: int, *, unknown_form: bool) -> ConcreteStep:
    return ConcreteStep(
        key=step.key,
        function=step.function,
        unit=unit,
        role=step.role,
        limit_days=step.limit_days,
        stage=stage,
        parallel_group=step.parallel_group,
        conditional=unknown_form and step.condition is not None,
    )


def _merged(path: list[ConcreteStep]) -> Iterator[ConcreteStep]:
    """First reviews that fall to the accepting unit become part of acceptance.

    Only those that nothing else comes before: a street's review after the community's is not
    done at acceptance even where the street's hall accepted.
    """
    accept = next((step for step in path if step.function is Function.ACCEPT), None)
    open_stage: int | None = None
    for step in path:
        if accept is None or step.stage <= accept.stage:
            yield step
        elif (
            step.function is Function.FIRST_REVIEW
            and step.unit == accept.unit
            and (open_stage is None or step.stage == open_stage)
        ):
            yield replace(step, merged_into=accept.key)
        else:
            open_stage = step.stage if open_stage is None else open_stage
            yield step


def cross_handling(level: Level, accepting_body: Unit, home: Unit, tree: Tree) -> CrossHandling:
    """通办 of a case; `accepting_body` is A, the accepting unit's community or street."""
    street = home_street(tree, home)
    of_community = level == Level.COMMUNITY
    if accepting_body == home:
        return CrossHandling.NONE
    if accepting_body == street:
        return CrossHandling.STREET_COMMUNITY if of_community else CrossHandling.NONE
    at_community = accepting_body.kind is Kind.COMMUNITY
    if at_community and tree.street_of(accepting_body) == street:
        return CrossHandling.SAME_STREET
    if at_community and of_community:
        return CrossHandling.COMMUNITY_COMMUNITY
    if at_community or of_community:
        return CrossHandling.STREET_COMMUNITY
    return CrossHandling.STREET_STREET


def in_scope(scope: Scope, level: Level, accepting_body: Unit, home: Unit, tree: Tree) -> bool:
    """Whether a matter of this scope may be accepted at A for this home."""
    if scope == Scope.WHOLE_DISTRICT:
        return tree.district_of(accepting_body) == tree.district_of(home)
    if scope == Scope.SAME_STREET:
        return tree.street_of(accepting_body) == home_street(tree, home)
    return accepting_body in (home, responsible(level, tree, home))


def linkage(path: Path, accepting: Unit, tree: Tree) -> Linkage:
    """联动 of a case. Raises `SkipsStreet` for {community, district}, which publishing refuses."""
    units = [accepting, *(step.unit for step in path)]
    levels = frozenset(level_of(tree.body(unit).kind) for unit in units)
    if levels not in _LINKAGES:
        raise SkipsStreet(", ".join(sorted(levels)))
    return _LINKAGES[levels]


def level_of(body: Kind) -> Kind:
    """The administrative level of a body: a bureau acts for the district."""
    return Kind.DISTRICT if body is Kind.BUREAU else body


@dataclass(frozen=True, slots=True)
class Parties:
    """The five organisations that a case keeps."""

    accepting: Unit
    home: Unit
    responsible: Unit
    deciding: Unit | None
    """None only in a preview of a definition that decides nowhere."""
    issuing: Unit


def parties(
    path: Path, level: Level, tree: Tree, accepting: Unit, home: Unit, issuing: Unit | None = None
) -> Parties:
    """The result is collected where the resident walked in, unless another place is wished."""
    deciding = next((step.unit for step in reversed(path) if step.decides), None)
    return Parties(
        accepting=accepting,
        home=home,
        responsible=responsible(level, tree, home),
        deciding=deciding,
        issuing=issuing or accepting,
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """The concrete path with everything that follows from it."""

    path: Path
    parties: Parties
    collected_at: Unit | None
    """The window that only receives the papers (收件), where the home side accepts."""
    in_scope: bool
    cross_handling: CrossHandling
    linkage: Linkage | None
    """None where the path skips the street; such a definition cannot be published."""
    limit_days: int


def preview(
    definition: Definition,
    tree: Tree,
    accepting: Unit,
    home: Unit,
    *,
    level: Level,
    scope: Scope,
    mode: AcceptanceMode = AcceptanceMode.WINDOW_ACCEPTS,
    form: Mapping[str, Any] | None = None,
    issuing: Unit | None = None,
) -> Preview:
    """What would happen to a case. Outside the scope it is shown all the same, marked so."""
    path = concrete_path(definition, tree, accepting, home, form, level=level, mode=mode)
    body = tree.body(accepting)
    collected = accepts_at(mode, level, tree, accepting, home) != accepting
    try:
        linked = linkage(path, accepting, tree)
    except SkipsStreet:
        linked = None
    return Preview(
        path=path,
        parties=parties(path, level, tree, accepting, home, issuing),
        collected_at=accepting if collected else None,
        in_scope=in_scope(scope, level, body, home, tree),
        cross_handling=cross_handling(level, body, home, tree),
        linkage=linked,
        limit_days=limit_total(path),
    )


def limit_total(path: Path) -> int:
    """Working days the steps may take together; parallel steps count once, the longest."""
    stages = groupby((s for s in path if s.merged_into is None), lambda step: step.stage)
    return sum(max(step.limit_days for step in steps) for _, steps in stages)


def next_steps(path: Path, done: Iterable[str]) -> Path:
    """The steps that are to be open now: all unfinished ones of the first unfinished stage.

    Those of a parallel group that are open already are named again. Empty at the end.
    """
    finished = frozenset(done)
    waiting = [s for s in path if s.merged_into is None and s.key not in finished]
    return tuple(step for step in waiting if step.stage == waiting[0].stage)


def return_targets(path: Path, current: str) -> Path:
    """The steps to which the step `current` may send a case back, nearest first.

    Any step of an earlier stage that had a task of its own. Raises `KeyError` for an unknown
    step.
    """
    stage = _step(path, current).stage
    earlier = [s for s in path if s.stage < stage and s.merged_into is None]
    return tuple(reversed(earlier))


def done_after_return(path: Path, done: Iterable[str], target: str) -> frozenset[str]:
    """The steps that stay done when a case is sent back to `target`.

    Everything after the target is done anew; its neighbours in a parallel group are not.
    """
    goal = _step(path, target)
    kept = {s.key for s in path if s.stage <= goal.stage and s.key != target}
    return frozenset(done) & kept


def _step(path: Path, key: str) -> ConcreteStep:
    found = next((step for step in path if step.key == key), None)
    if found is None:
        raise KeyError(key)
    return found
