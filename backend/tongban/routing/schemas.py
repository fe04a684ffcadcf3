"""What crosses the API about routes."""

from datetime import date
from typing import Literal

from tongban.core.schemas import OutputModel
from tongban.organisations.schemas import OrganisationRef


class PreviewStep(OutputModel):
    """A step of the concrete route. Steps of the same `stage` run together; one that is
    `merged_into` another is done with it; a `conditional` one depends on the form."""

    key: str
    function: str
    organisation: OrganisationRef
    role: str
    limit_days: int
    stage: int
    parallel_group: str | None
    merged_into: str | None
    conditional: bool


class RoutePreview(OutputModel):
    """What would happen to a case.

    `collected_at`: the window that only receives the papers (收件). `linkage` is null where the
    path skips the street, which publishing refuses. `limit_days` is the sum of the steps' limits;
    `due_on`: when a case accepted now would be due, the last day that a promise (容缺) may name.
    """

    matter_code: str
    version: int
    accepting: OrganisationRef
    home: OrganisationRef
    responsible: OrganisationRef
    deciding: OrganisationRef | None
    issuing: OrganisationRef
    collected_at: OrganisationRef | None
    in_scope: bool
    offered: bool
    cross_handling: str
    linkage: str | None
    limit_days: int
    promised_days: int
    due_on: date
    steps: list[PreviewStep]


class FindingOut(OutputModel):
    """`pointer` is a JSON pointer into the draft's content, `step` the key of a step."""

    code: str
    severity: Literal["error", "warning"]
    pointer: str
    step: str | None
    message: str


class CheckReport(OutputModel):
    """Errors stop publishing; warnings are for the editor to judge."""

    publishable: bool
    findings: list[FindingOut]
