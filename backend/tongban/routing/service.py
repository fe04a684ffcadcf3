"""Routing of published matters."""

from tongban.matters.schemas import Version
from tongban.routing.definitions import Definition, parse_definition

# By id: published versions never change, and comparing whole contents would cost more.
_definitions: dict[int, Definition] = {}


def definition_of(matter: Version) -> Definition:
    """The process of a published version."""
    if matter.id not in _definitions:
        steps = [step.model_dump(exclude_none=True) for step in matter.content.process]
        _definitions[matter.id] = parse_definition(steps)
    return _definitions[matter.id]
