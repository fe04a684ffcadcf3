"""What crosses the API about organisations."""

from typing import Annotated, Any

from pydantic import Field

from tongban.core.characters import LINE
from tongban.core.schemas import InputModel, OutputModel
from tongban.organisations.tree import Kind


class OrganisationRef(OutputModel):
    """An organisation named in passing, in words that are clear without its place in the tree."""

    code: str
    name: str


class OrganisationRow(OutputModel):
    """A line of the flat list; `path` holds the codes from the district down."""

    code: str
    kind: Kind
    name: str
    full_name: str
    parent_code: str | None
    path: list[str]
    active: bool


class OrganisationPage(OutputModel):
    items: list[OrganisationRow]
    next_cursor: str | None


class OrganisationView(OrganisationRow):
    """`address`, `telephone` and `opening_hours` are its own; where one is empty, papers print
    that of the nearest organisation above it, up to its body."""

    office_name: str
    address: str
    telephone: str
    opening_hours: str
    attributes: dict[str, Any]


class OrganisationChange(InputModel):
    """What may be edited here; everything else comes by import. An empty text takes it away."""

    name: Annotated[str, Field(min_length=1, max_length=60), LINE] | None = None
    active: bool | None = None
    address: Annotated[str, Field(max_length=200), LINE] | None = None
    telephone: Annotated[str, Field(max_length=60), LINE] | None = None
    opening_hours: Annotated[str, Field(max_length=200), LINE] | None = None
