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
    """Whether it and all above it are switched on."""


class OrganisationPage(OutputModel):
    items: list[OrganisationRow]
    next_cursor: str | None


class Addition(OutputModel):
    """A kind that may be added below an organisation, how its code begins, and the next free code
    where codes are counted."""

    kind: Kind
    begins: str
    proposed: str | None


class OrganisationView(OrganisationRow):
    """`address`, `telephone` and `opening_hours` are its own; where one is empty, papers print
    that of the nearest organisation above it, up to its body."""

    office_name: str
    address: str
    telephone: str
    opening_hours: str
    attributes: dict[str, Any]
    additions: list[Addition]


_Name = Annotated[str, Field(min_length=1, max_length=60), LINE]
_Code = Annotated[str, Field(min_length=1, max_length=40), LINE]
_Address = Annotated[str, Field(max_length=200), LINE]
_Telephone = Annotated[str, Field(max_length=60), LINE]


class NewOrganisation(InputModel):
    """An organisation below another. A bureau says its `full_name`, a street its `office_name`, a
    street and a hall how many `windows` the hall has; the names of all else follow from their
    place."""

    parent_code: _Code
    kind: Kind
    code: _Code
    name: _Name
    full_name: _Name | None = None
    office_name: _Name | None = None
    windows: Annotated[int, Field(ge=1, le=99)] | None = None
    address: _Address = ""
    telephone: _Telephone = ""
    opening_hours: _Address = ""


class OrganisationChange(InputModel):
    """What may be edited of one that stands. An empty text takes it away."""

    name: _Name | None = None
    active: bool | None = None
    address: _Address | None = None
    telephone: _Telephone | None = None
    opening_hours: _Address | None = None
