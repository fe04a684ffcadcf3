"""Where a new case is taken in and which way it will go."""

from dataclasses import dataclass
from typing import Any

from tongban.cases.policy import acts_for
from tongban.cases.problems import (
    HomeSwitchedOff,
    IssuedElsewhere,
    NoRoute,
    NotACommunity,
    NotOffered,
    NotYourCounter,
    OutsideScope,
    UnknownOrganisation,
)
from tongban.identity.actor import Actor
from tongban.identity.roles import Role
from tongban.matters.schemas import Version
from tongban.organisations.tree import CannotAccept, Kind, Tree, Unit
from tongban.routing import rules
from tongban.routing.rules import CrossHandling, Linkage, Parties, Path, Unresolved
from tongban.routing.service import definition_of


@dataclass(frozen=True, slots=True)
class Placement:
    """The five organisations and the concrete route of a case."""

    parties: Parties
    window: Unit | None
    path: Path
    cross_handling: CrossHandling
    linkage: Linkage
    collected_only: bool
    """收件: the home side decides on acceptance."""


def counter(tree: Tree, actor: Actor, code: str | None) -> tuple[Unit, Unit | None]:
    """The accepting unit, and the window if it is one, that the actor takes cases in for.

    Without a code it is where the actor belongs or, failing that, holds the clerk's role.
    Raises `UnknownOrganisation`, `NotOffered`, `NotYourCounter`.
    """
    if code is not None:
        unit = tree.find(code)
        if unit is None:
            raise UnknownOrganisation(code=code).at("/accepting_code")
        return _counter(tree, actor, unit)
    own = sorted(actor.roles_at(Role.CLERK), key=lambda unit: unit != actor.organisation_id)
    if not own or tree.get(own[0]) is None:
        raise NotYourCounter().at("/accepting_code")
    return _counter(tree, actor, tree[own[0]])


def _counter(tree: Tree, actor: Actor, unit: Unit) -> tuple[Unit, Unit | None]:
    try:
        accepting = tree.normalise_accepting(unit)
    except CannotAccept as error:
        raise NotOffered().at("/accepting_code") from error
    if not acts_for(tree, actor, Role.CLERK, accepting.id):
        raise NotYourCounter().at("/accepting_code")
    return accepting, unit if unit.kind is Kind.WINDOW else None


def home_of(tree: Tree, code: str) -> Unit:
    """The community of household or residence. Raises `UnknownOrganisation`, `NotACommunity`,
    `HomeSwitchedOff`."""
    unit = tree.find(code)
    if unit is None:
        raise UnknownOrganisation(code=code).at("/home_code")
    if unit.kind is not Kind.COMMUNITY:
        raise NotACommunity().at("/home_code")
    if not unit.active:
        raise HomeSwitchedOff(home=unit.name).at("/home_code")
    return unit


def place(
    tree: Tree,
    matter: Version,
    accepting: Unit,
    window: Unit | None,
    home: Unit,
    issuing: Unit | None,
    form: dict[str, Any],
) -> Placement:
    """Raises `OutsideScope` where the resident must go elsewhere, `NoRoute` where nobody
    handles the matter for that home, `IssuedElsewhere` where `issuing` takes no part."""
    content = matter.content
    try:
        preview = rules.preview(
            definition_of(matter),
            tree,
            accepting,
            home,
            level=rules.Level(content.level),
            scope=rules.Scope(content.cross_handling_scope),
            mode=rules.AcceptanceMode(content.acceptance_mode),
            form=form,
            issuing=issuing,
        )
    except Unresolved as error:
        raise NoRoute from error
    if not preview.in_scope:
        where = _where_to_go(tree, preview.parties.responsible)
        raise OutsideScope(home=where).at("/home_code")
    if preview.linkage is None or preview.parties.deciding is None:
        raise NoRoute
    if issuing is not None:
        _check_issuing(tree, preview, issuing)
    return Placement(
        parties=preview.parties,
        window=window,
        path=preview.path,
        cross_handling=preview.cross_handling,
        linkage=preview.linkage,
        collected_only=preview.collected_at is not None,
    )


def _check_issuing(tree: Tree, preview: rules.Preview, issuing: Unit) -> None:
    """The result is collected at an organisation that takes part, or an office of it."""
    parties = preview.parties
    units = [parties.accepting, parties.home, parties.responsible]
    units += [step.unit for step in preview.path]
    bodies = list(dict.fromkeys(tree.body(unit) for unit in units))
    if tree.body(issuing) not in bodies or not issuing.active:
        choices = ", ".join(body.name for body in bodies)
        raise IssuedElsewhere(name=issuing.name, choices=choices).at("/issuing_code")


def _where_to_go(tree: Tree, responsible: Unit) -> str:
    hall = tree.hall_of_street(responsible) if responsible.kind is Kind.STREET else None
    return f"{responsible.name}{hall.name}" if hall else responsible.name
