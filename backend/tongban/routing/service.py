"""Routing of published matters, and what a route would be."""

from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.problems import FieldError, Invalid
from tongban.core.settings import Settings
from tongban.core.texts import Text
from tongban.deadlines.service import due_on, get_calendar
from tongban.matters.catalogue import find_version
from tongban.matters.schemas import Content, Version
from tongban.matters.service import Offer, exceptions_of
from tongban.organisations.schemas import OrganisationRef
from tongban.organisations.service import get_tree
from tongban.organisations.tree import CannotAccept, Kind, Tree, Unit
from tongban.routing import rules
from tongban.routing.definitions import BrokenDefinition, Definition, parse_definition
from tongban.routing.problems import BrokenProcess, RouteUnresolved
from tongban.routing.rules import Unresolved
from tongban.routing.schemas import PreviewStep, RoutePreview
from tongban.routing.texts import text_of_error

# Forgotten together with the version.
_definitions: WeakKeyDictionary[Version, Definition] = WeakKeyDictionary()

_UNKNOWN = Text("没有这个机构", "There is no such organisation")
_NO_COUNTER = Text("该机构不设受理窗口", "This organisation has no counter")
_NO_HOME = Text("须填到社区", "Must be a community")


def definition_of(matter: Version) -> Definition:
    """The process of a version. Raises `BrokenDefinition` for a draft of which none follows."""
    if matter not in _definitions:
        _definitions[matter] = parse_definition(steps_of(matter.content))
    return _definitions[matter]


def steps_of(content: Content) -> list[dict[str, object]]:
    """The process as `parse_definition` takes it."""
    return [step.model_dump(exclude_none=True) for step in content.process]


async def preview(
    session: AsyncSession,
    settings: Settings,
    code: str,
    accepting: str,
    home: str,
    which: str | None,
) -> RoutePreview:
    """The concrete path for a pair of organisations, for the version that `find_version` finds.

    Raises `NotFound`, `Invalid` for organisations that are none, `BrokenProcess` and
    `RouteUnresolved` for drafts that lead nowhere.
    """
    matter = await find_version(session, code, which)
    content = matter.content
    tree = await get_tree(session)
    unit, home_unit = _counter(tree, accepting), _home(tree, home)
    try:
        found = rules.preview(
            definition_of(matter),
            tree,
            tree.normalise_accepting(unit),
            home_unit,
            level=rules.Level(content.level),
            scope=rules.Scope(content.cross_handling_scope),
            mode=rules.AcceptanceMode(content.acceptance_mode),
        )
    except BrokenDefinition as broken:
        raise BrokenProcess(errors=process_errors(broken)) from broken
    except Unresolved as lost:
        raise RouteUnresolved(home=lost.home.name, selector=str(lost.selector)) from lost
    offered = Offer(matter, await exceptions_of(session, matter.matter_id)).stands_at(tree, unit)
    calendar = await get_calendar(session)
    due = due_on(calendar, settings, clock.now(), content.promised_days)
    return _present(tree, found, content, matter.number, due.date, offered=offered)


def process_errors(broken: BrokenDefinition) -> list[FieldError]:
    return [
        FieldError(f"/process{error.pointer}", error.code, text_of_error(error))
        for error in broken.errors
    ]


def _counter(tree: Tree, code: str) -> Unit:
    unit = tree.find(code)
    if unit is None:
        raise Invalid.field("/accepting", "unknown_organisation", _UNKNOWN)
    try:
        tree.normalise_accepting(unit)
    except CannotAccept as error:
        raise Invalid.field("/accepting", "no_counter", _NO_COUNTER) from error
    return unit


def _home(tree: Tree, code: str) -> Unit:
    unit = tree.find(code)
    if unit is None:
        raise Invalid.field("/home", "unknown_organisation", _UNKNOWN)
    if unit.kind is not Kind.COMMUNITY:
        raise Invalid.field("/home", "not_a_community", _NO_HOME)
    return unit


def _present(
    tree: Tree, found: rules.Preview, content: Content, number: int, due: date, *, offered: bool
) -> RoutePreview:
    parties = found.parties
    return RoutePreview(
        matter_code=content.code,
        version=number,
        accepting=reference(tree, parties.accepting),
        home=reference(tree, parties.home),
        responsible=reference(tree, parties.responsible),
        deciding=reference(tree, parties.deciding) if parties.deciding else None,
        issuing=reference(tree, parties.issuing),
        collected_at=reference(tree, found.collected_at) if found.collected_at else None,
        in_scope=found.in_scope,
        offered=offered,
        cross_handling=found.cross_handling,
        linkage=found.linkage,
        limit_days=found.limit_days,
        promised_days=content.promised_days,
        due_on=due,
        steps=[
            PreviewStep(
                key=step.key,
                function=step.function,
                organisation=reference(tree, step.unit),
                role=step.role,
                limit_days=step.limit_days,
                stage=step.stage,
                parallel_group=step.parallel_group,
                merged_into=step.merged_into,
                conditional=step.conditional,
            )
            for step in found.path
        ],
    )


def reference(tree: Tree, unit: Unit) -> OrganisationRef:
    """A section or hall with the body it acts for, everything else by its name."""
    return OrganisationRef(code=unit.code, name=tree.name_with_body(unit, gap=" "))
