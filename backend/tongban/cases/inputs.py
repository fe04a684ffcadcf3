"""What callers say about cases; what they are answered is in `schemas`."""

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

from tongban.cases.rules import Action
from tongban.cases.schemas import ApplicantKind, CollectionMethod, Received
from tongban.core.characters import LINE, LINES, NAME
from tongban.core.privacy import is_masked, normalise
from tongban.core.schemas import Flag, InputModel, PlainDate, Whole
from tongban.core.texts import Text
from tongban.core.validation import wrong

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
ReceivedIn = Annotated[Received | Flag, WrapValidator(_one_fault)]


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
    promised_by: PlainDate | None = None
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
    submit: Flag = True
    receive_only: Flag = False


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
    days: Annotated[Whole, Field(ge=1, le=60)] | None = None
    """`request_extension`: working days."""
    agreed: Flag | None = None
    """`decide_extension`."""
    findings: Annotated[list[FindingIn], Field(max_length=60)] = []
    """`request_correction`: everything to correct, told once."""
    edit: CaseEdit | None = None
    """`submit_correction`, `accept`: the corrected parts."""
    receive_only: Flag = False
    """`submit`: only take the papers (收件)."""
    received_by: Annotated[str, StringConstraints(max_length=60), LINE] | None = None
    """`carry_out`: who at the bureau took the papers."""
    originals: Annotated[list[MaterialKey], Field(max_length=60)] | None = None
    """`carry_out`: keys of the materials whose originals were handed over."""
    decision: Literal["approved", "denied", "returned", "forwarded"] | None = None
    """`record_result`: what the bureau decided."""
    document_number: Annotated[str, StringConstraints(max_length=60), LINE] | None = None
    returned_on: PlainDate | None = None
    """The day the papers came back from a bureau; today where nothing is said."""
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


class ReuseIn(InputModel):
    """Which earlier paper to take over, and why; the audit log keeps the reason."""

    source_case: UUID
    source_key: MaterialKey
    reason: Annotated[str, StringConstraints(min_length=4, max_length=200), LINES]


class PersonIn(InputModel):
    """A number in full: what is masked finds nobody, and nobody would mean something."""

    id_number: Annotated[DocumentNumber, AfterValidator(_unmasked)]
