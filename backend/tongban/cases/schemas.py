"""What crosses the API about cases."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from tongban.cases.rules import Action, Outcome, Status
from tongban.core.characters import LINE, LINES, NAME
from tongban.core.privacy import is_masked, normalise
from tongban.core.schemas import InputModel, OutputModel
from tongban.core.texts import Text
from tongban.core.validation import wrong
from tongban.identity.schemas import StaffRef
from tongban.organisations.schemas import OrganisationRef

Name = Annotated[str, StringConstraints(min_length=1, max_length=60), NAME]
Comment = Annotated[str, StringConstraints(max_length=1000), LINES]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40), LINE]
DocumentNumber = Annotated[
    str, StringConstraints(min_length=1, max_length=30), LINE, AfterValidator(normalise)
]
"""Of a person's document or an organisation; kept as its standard writes it."""
Mobile = Annotated[str, StringConstraints(max_length=20), LINE, AfterValidator(normalise)]


def _unmasked(value: str) -> str:
    if is_masked(value):
        raise wrong("masked_value", _MASKED)
    return value


_MASKED = Text("这里是打码后的号码，请填写完整", "This is a masked number; enter it in full")
MaterialKey = Annotated[str, StringConstraints(min_length=1, max_length=80), LINE]
Received = Literal["none", "original", "copy", "original_and_copy", "electronic"]


def _one_fault(value: Any, judge: ValidatorFunctionWrapHandler) -> Any:
    """One fault at the field, where a union reports one for each of its branches."""
    try:
        return judge(value)
    except ValidationError as error:
        raise wrong("unknown_form", _RECEIVED_FORMS) from error


_RECEIVED_FORMS = Text(
    "只能是 true、false 或下列之一：" + ", ".join(get_args(Received)),
    "Must be true, false or one of " + ", ".join(get_args(Received)),
)
ReceivedIn = Annotated[Received | bool, WrapValidator(_one_fault)]
CollectionMethod = Literal["in_person", "mail", "electronic"]
Channel = Literal["counter", "online"]
Handling = Literal["direct", "carried", "filing"]
CaseKind = Literal["immediate", "promised"]
ApplicantKind = Literal["person", "organisation"]
CrossHandling = Literal[
    "none", "same_street", "street_community", "street_street", "community_community"
]
Linkage = Literal["none", "street_community", "district_street", "three_level"]


class ApplicantIn(InputModel):
    """Whom the case is about. A masked number (with `***`) keeps the stored one on an edit."""

    kind: ApplicantKind = "person"
    name: Name
    id_number: DocumentNumber
    mobile: Mobile = ""
    address: Annotated[str, StringConstraints(max_length=200), LINE] = ""


class AgentIn(InputModel):
    """Who acts for the applicant (委托代理人)."""

    name: Name
    id_number: DocumentNumber
    mobile: Mobile = ""
    relation: Annotated[str, StringConstraints(max_length=30), LINE] = ""


class MaterialIn(InputModel):
    """One line of the tick list. `received: true` means in the form the matter asks for."""

    key: MaterialKey
    received: ReceivedIn = "none"
    promised_by: date | None = None
    """容缺: the day by which a material that is missing now will be brought."""
    files: Annotated[list[UUID], Field(max_length=30)] = []
    note: Annotated[str, StringConstraints(max_length=200), LINES] = ""


class CaseIn(InputModel):
    """A new case. `submit: false` keeps a draft; `receive_only` takes the papers (收件)
    and leaves accepting, refusing or asking for corrections for later."""

    matter_code: Code
    accepting_code: Code | None = None
    home_code: Code
    issuing_code: Code | None = None
    applicant: ApplicantIn
    agent: AgentIn | None = None
    form: dict[str, Any] = {}
    materials: Annotated[list[MaterialIn], Field(max_length=60)] = []
    comment: Comment = ""
    submit: bool = True
    receive_only: bool = False


class CaseEdit(InputModel):
    """An edit: what is absent stays as it is."""

    home_code: Code | None = None
    issuing_code: Code | None = None
    applicant: ApplicantIn | None = None
    agent: AgentIn | None = None
    form: dict[str, Any] | None = None
    materials: Annotated[list[MaterialIn], Field(max_length=60)] | None = None


class FindingIn(InputModel):
    """One thing to correct: where it is, and what is wrong with it."""

    pointer: Annotated[str, StringConstraints(max_length=120), LINE]
    message: Annotated[str, StringConstraints(min_length=1, max_length=300), LINES]


class ActionIn(InputModel):
    """An action and what it needs; `comment` is required where a reason is owed."""

    action: Action
    comment: Comment = ""
    task_id: UUID | None = None
    """Needed only when several open tasks could be meant (并联)."""
    to_step: Annotated[str, StringConstraints(max_length=60), LINE] | None = None
    """`return`: the step to go back to; absent: the one before."""
    to_organisation: Code | None = None
    to_staff: Annotated[str, StringConstraints(max_length=60), LINE] | None = None
    reason: Annotated[str, StringConstraints(max_length=40), LINE] | None = None
    """`suspend`: a code of the closed list of special procedures."""
    days: Annotated[int, Field(ge=1, le=60)] | None = None
    """`request_extension`: working days."""
    agreed: bool | None = None
    """`decide_extension`."""
    findings: Annotated[list[FindingIn], Field(max_length=60)] = []
    """`request_correction`: everything to correct, told once."""
    edit: CaseEdit | None = None
    """`submit_correction`, `accept`: the corrected parts."""
    receive_only: bool = False
    """`submit`: only take the papers (收件)."""
    received_by: Annotated[str, StringConstraints(max_length=60), LINE] | None = None
    """`carry_out`: who at the bureau took the papers."""
    originals: Annotated[list[MaterialKey], Field(max_length=60)] | None = None
    """`carry_out`: keys of the materials whose originals were handed over."""
    decision: Literal["approved", "denied", "returned", "forwarded"] | None = None
    """`record_result`: what the bureau decided."""
    document_number: Annotated[str, StringConstraints(max_length=60), LINE] | None = None
    returned_on: date | None = None
    """`record_result`: the day the papers came back."""
    collected_by: Annotated[str, StringConstraints(max_length=60), LINE] | None = None
    collection_method: CollectionMethod | None = None
    tracking_number: Annotated[str, StringConstraints(max_length=60), LINE] | None = None
    signature_file: UUID | None = None


class MaterialUpdate(InputModel):
    """What became of one material after acceptance: brought later, scanned, checked."""

    received: ReceivedIn | None = None
    files: Annotated[list[UUID], Field(max_length=30)] | None = None
    note: Annotated[str, StringConstraints(max_length=200), LINES] | None = None


class RevealIn(InputModel):
    """Why the full personal data must be seen; kept in the audit log."""

    reason: Annotated[str, StringConstraints(min_length=4, max_length=200), LINES]


class HandOverIn(InputModel):
    """Hands on all open tasks of somebody who leaves; without `to_staff` back to the pools."""

    to_staff: Annotated[str, StringConstraints(max_length=60), LINE] | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200), LINES]


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
    matter_name: str
    checked_at: datetime


class ReuseIn(InputModel):
    """Which earlier paper to take over, and why; the audit log keeps the reason."""

    source_case: UUID
    source_key: MaterialKey
    reason: Annotated[str, StringConstraints(min_length=4, max_length=200), LINES]


class PersonOut(OutputModel):
    """What the caller may see of a person: earlier cases and materials that serve again; and, for
    who takes applications in, which there are elsewhere in the district."""

    cases: list[CaseRow]
    reusable: list[ReusableMaterial]
    elsewhere: list[MaterialElsewhere]


class PersonIn(InputModel):
    """A number in full: what is masked finds nobody, and nobody would mean something."""

    id_number: Annotated[DocumentNumber, AfterValidator(_unmasked)]


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
    """`level`: 0 the total, then one more for each dimension that is fixed; detail rows fix all."""

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
