"""What is sent to the catalogue, besides whole definitions."""

from typing import Annotated

from pydantic import Field, StringConstraints

from tongban.core.characters import LINE, LINES
from tongban.core.schemas import Flag, InputModel

_Note = Annotated[str, StringConstraints(max_length=200), LINES]


class OfferingIn(InputModel):
    organisation_code: Annotated[str, StringConstraints(min_length=1, max_length=40), LINE]
    offered: Flag
    note: _Note = ""


class OfferingsIn(InputModel):
    items: Annotated[list[OfferingIn], Field(max_length=1000)]


class ReasonIn(InputModel):
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200), LINES]


class PublishIn(InputModel):
    """`note`: what is new, for whoever compares versions later."""

    note: _Note = ""
