"""What crosses the API about archived cases: their list, their export, their disposal."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tongban.core.characters import LINE, LINES
from tongban.core.schemas import Flag, InputModel, OutputModel
from tongban.core.spans import Day
from tongban.identity.schemas import StaffRef
from tongban.organisations.schemas import OrganisationRef

MOST_DISPOSED = 1000
"""Cases on one list: what two people can look through."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=40), LINE]
Reason = Annotated[str, StringConstraints(min_length=4, max_length=200), LINES]
DisposalState = Literal["proposed", "approved", "rejected", "done"]


class ArchiveQuery(BaseModel):
    """A page of archived cases that `organisation` or one below it is responsible for, those whose
    retention ends first in front. Dates are days of archiving. `due`: retention is over, and the
    case neither disposed of nor on a list."""

    model_config = ConfigDict(extra="forbid")

    organisation: str = Field(max_length=40)
    archived_from: Day | None = None
    archived_to: Day | None = None
    due: bool = False
    limit: int = Field(20, ge=1, le=200)
    cursor: str | None = Field(None, max_length=500)


class ArchiveRow(OutputModel):
    """`packaged`: the worker has built the package."""

    number: str
    matter_name: str
    responsible: OrganisationRef
    archived_at: datetime
    retain_until: date
    packaged: bool
    disposal_id: UUID | None
    disposed_at: datetime | None


class ArchiveExportIn(InputModel):
    """Which cases are handed on, and why; the audit log keeps the reason and every number."""

    organisation_code: Code
    archived_from: Day
    archived_to: Day
    reason: Reason


class DisposalIn(InputModel):
    """What is to be destroyed, and what the appraisal (鉴定) says."""

    organisation_code: Code
    numbers: Annotated[list[Code], Field(min_length=1, max_length=MOST_DISPOSED)]
    reason: Reason


class DisposalDecisionIn(InputModel):
    """The second person's decision. An approved list is carried out by the worker, for good."""

    approve: Flag
    opinion: Reason


class DisposalOut(OutputModel):
    id: UUID
    organisation: OrganisationRef
    state: DisposalState
    cases: int
    reason: str
    proposed_by: StaffRef
    proposed_at: datetime
    decided_by: StaffRef | None
    decided_at: datetime | None
    opinion: str
    done_at: datetime | None


class DisposalCase(OutputModel):
    """A line of the record of what is destroyed (销毁清册). `digest` pins the package that was
    there, `head_hash` ends the history."""

    number: str
    matter_name: str
    responsible: OrganisationRef
    archived_at: datetime
    retain_until: date
    digest: str | None
    head_hash: str
    disposed_at: datetime | None


class DisposalDetail(DisposalOut):
    items: list[DisposalCase]
