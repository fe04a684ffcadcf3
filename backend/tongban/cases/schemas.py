"""What the API answers about cases."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from tongban.cases.rules import Action, Outcome, Status
from tongban.core.schemas import OutputModel
from tongban.identity.schemas import StaffRef
from tongban.organisations.schemas import OrganisationRef

Received = Literal["none", "original", "copy", "original_and_copy", "electronic"]


CollectionMethod = Literal["in_person", "mail", "electronic"]
Channel = Literal["counter", "online"]
Handling = Literal["direct", "carried", "filing"]
CaseKind = Literal["immediate", "promised"]
ApplicantKind = Literal["person", "organisation"]
CrossHandling = Literal[
    "none", "same_street", "street_community", "street_street", "community_community"
]
Linkage = Literal["none", "street_community", "district_street", "three_level"]


class ApplicantOut(OutputModel):
    """Masked: numbers and address are shown in full only by `reveal`."""

    kind: ApplicantKind
    name: str
    id_number: str
    mobile: str
    address: str


class AgentOut(OutputModel):
    name: str
    id_number: str
    mobile: str
    relation: str


class MaterialOut(OutputModel):
    key: str
    name: str
    kind: str
    copies: int
    required: bool
    received: Received
    promised_by: date | None
    promise_missed: bool
    checked_by: StaffRef | None
    checked_at: datetime | None
    files: list["FileRef"]
    note: str


class FileRef(OutputModel):
    id: UUID
    name: str
    media_type: str
    size: int


class TaskOut(OutputModel):
    id: UUID
    step_key: str
    function: str
    role: str
    organisation: OrganisationRef
    state: Literal["open", "done", "cancelled"]
    claimed_by: StaffRef | None
    opened_at: datetime
    due_on: date | None
    done_at: datetime | None
    done_by: StaffRef | None
    workable: bool
    """Whether who asks may work it."""


class PathStepOut(OutputModel):
    """A step of the concrete route. `state`: where the case stands on it; `not_done` where it ended
    before the step did."""

    key: str
    function: str
    organisation: OrganisationRef
    role: str
    limit_days: int
    parallel_group: str | None
    merged_into: str | None
    state: Literal["waiting", "open", "done", "merged", "not_done"]


class FlagsOut(OutputModel):
    correction_pending: bool
    returned: bool
    suspended: bool
    urged: bool
    carded: bool
    deemed_accepted: bool
    extension_pending: bool
    promise_open: bool
    promise_missed: bool
    """A promised material is still awaited though its day has passed."""


class DueOut(OutputModel):
    """Total clock. `remaining_days`: working days, negative when overdue, null when paused or
    ended. `level`: monitoring code 0 normal, 1 warning, 2 yellow, 5 red. `paused`: by a special
    procedure; there is no due date then."""

    due_on: date | None
    paused: bool
    provisional: bool
    remaining_days: int | None
    level: Literal[0, 1, 2, 5]


class CaseRow(OutputModel):
    """A line of a list: everything that the line shows, in one answer."""

    id: UUID
    number: str | None
    matter_code: str
    matter_name: str
    applicant: ApplicantOut
    status: Status
    outcome: Outcome | None
    flags: FlagsOut
    channel: Channel
    handling: Handling
    case_kind: CaseKind
    cross_handling: CrossHandling
    linkage: Linkage
    accepting: OrganisationRef
    home: OrganisationRef
    responsible: OrganisationRef
    deciding: OrganisationRef | None
    registered_by: StaffRef
    registered_at: datetime
    accepted_at: datetime | None
    concluded_at: datetime | None
    due: DueOut
    due_on: date | None


class CollectionOut(OutputModel):
    """How a result was collected. `signature`: of who took it, where one was given."""

    at: datetime
    method: CollectionMethod
    collected_by: str
    """A name as it was told, shown like the applicant's; it is in no event."""
    tracking_number: str | None
    signature: "FileRef | None"
    recorded_by: StaffRef


class CaseOut(CaseRow):
    """A case file as who asks may see it."""

    version: int
    query_code: str | None
    matter_version: int
    issuing: OrganisationRef
    agent: AgentOut | None
    form: dict[str, Any]
    materials: list[MaterialOut]
    tasks: list[TaskOut]
    path: list[PathStepOut]
    findings: list["FindingOut"]
    collections: list[CollectionOut]
    """Oldest first; a reopened case can have several."""
    acceptance_due_on: date | None
    allowed_actions: list[Action]
    may_edit: bool


class FindingOut(OutputModel):
    pointer: str
    message: str


class EventOut(OutputModel):
    """One link of the case's chain; see `cases.events` for what the hash (SM3, hex) covers.

    `actor` is a username, null where the system acted; `organisation` is a code.
    """

    seq: int
    at: datetime
    event: str
    actor: str | None
    actor_name: str
    organisation: str | None
    organisation_name: str
    from_status: Status | None
    to_status: Status
    step_key: str | None
    comment: str
    details: dict[str, Any]
    prev_hash: str
    hash: str


class EventsOut(OutputModel):
    items: list[EventOut]
    intact: bool


class TaskRow(OutputModel):
    """A task in somebody's to-do list, with what its line shows of the case."""

    id: UUID
    step_key: str
    function: str
    role: str
    organisation: OrganisationRef
    claimed_by: StaffRef | None
    opened_at: datetime
    due_on: date | None
    paused: bool
    remaining_days: int | None
    level: Literal[0, 1, 2, 5]
    case: CaseRow


class TaskCounts(OutputModel):
    """Right beyond one page: counted, not measured by the page."""

    mine: int
    pool: int
    overdue: int
    due_soon: int
    by_function: dict[str, int]


class TaskPage(OutputModel):
    items: list[TaskRow]
    next_cursor: str | None
    counts: TaskCounts


class RevealOut(OutputModel):
    """The full personal data of one case."""

    applicant: ApplicantOut
    agent: AgentOut | None
    form: dict[str, Any]


class ReusableMaterial(OutputModel):
    """A paper that a counter checked before and that serves again (grade B)."""

    document_kind: str
    name: str
    received: Received
    checked_at: datetime
    checked_at_organisation: OrganisationRef
    files: list[FileRef]
    case_number: str


class MaterialElsewhere(OutputModel):
    """A paper that another office of the district checked before (grade B), in a case that the
    caller may not see. `source_case` opens nothing; it is what `reuse` takes."""

    source_case: UUID
    source_key: str
    document_kind: str
    name: str
    checked_at: datetime


class PersonOut(OutputModel):
    """What the caller may see of a person: earlier cases and materials that serve again; and, for
    who takes applications in, which there are elsewhere in the district."""

    cases: list[CaseRow]
    reusable: list[ReusableMaterial]
    elsewhere: list[MaterialElsewhere]


class HandoverRow(OutputModel):
    """Papers carried to a bureau. `returned_on` null: still there."""

    case_number: str
    matter_name: str
    applicant_name: str
    bureau: OrganisationRef
    runner: StaffRef
    handed_over_on: date
    received_by: str
    due_on: date | None
    overdue_days: int
    returned_on: date | None
    decision: str | None
    document_number: str | None


class AlarmOut(OutputModel):
    """A queue that nobody can work: no active member of staff has its role there."""

    organisation: OrganisationRef
    role: str
    open_tasks: int
    oldest_opened_at: datetime


class HandedOver(OutputModel):
    tasks: int


class LedgerRow(OutputModel):
    """`level`: 0 the total, then one more for each dimension that is fixed; detail rows fix all.

    Counted are cases registered in the period, drafts left out, as they stand now. Each is in one
    of `not_accepted`, `in_process`, `approved`, `denied`, `filed`, `forwarded`, `withdrawn` and
    `terminated`, or still waits for its acceptance. `accepted`, whatever came of them later;
    `in_process`, accepted and not ended; `overdue`, those of them past their day whose clock runs;
    `cross_handled`, taken in elsewhere than where they are handled.
    """

    level: int
    period: date | None
    matter_code: str | None
    matter_name: str | None
    organisation: OrganisationRef | None
    clerk: StaffRef | None
    registered: int
    accepted: int
    not_accepted: int
    in_process: int
    approved: int
    denied: int
    filed: int
    forwarded: int
    withdrawn: int
    terminated: int
    cross_handled: int
    overdue: int


class LedgerOut(OutputModel):
    period: Literal["day", "week", "month"]
    group_by: list[str]
    from_date: date
    to_date: date
    rows: list[LedgerRow]


class CaseCount(OutputModel):
    """`more`: there are more than were counted."""

    count: int
    more: bool
