"""What crosses the API about devices."""

import base64
import binascii
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import (
    AfterValidator,
    AwareDatetime,
    Discriminator,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from tongban.core.schemas import InputModel, OutputModel
from tongban.core.texts import Text
from tongban.core.validation import wrong
from tongban.devices.rules import BridgeKind, CommandKind, DeviceKind, State
from tongban.organisations.schemas import OrganisationRef

_Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
_Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
_Detail = Annotated[str, StringConstraints(max_length=500)]
_Version = Annotated[str, StringConstraints(min_length=1, max_length=40)]
_OfCard = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_CaseNumber = Annotated[str, StringConstraints(min_length=1, max_length=40)]
DeviceStateName = Literal["ready", "busy", "absent", "fault"]

_NO_KEY = Text("不是 Ed25519 公钥", "Not an Ed25519 public key")


def _public_key(value: str) -> str:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise wrong("not_a_key", _NO_KEY) from error
    return value


class PairingCodeIn(InputModel):
    window_code: Annotated[str, StringConstraints(max_length=40)]


class PairingCodeOut(OutputModel):
    """Shown once; good once, until `expires_at`."""

    code: str
    window: OrganisationRef
    expires_at: datetime


class BridgeIn(InputModel):
    """What a bridge registers with a pairing code. `public_key` is base64 of 32 bytes."""

    code: Annotated[str, StringConstraints(max_length=40)]
    kind: BridgeKind
    public_key: Annotated[str, StringConstraints(max_length=60), AfterValidator(_public_key)]
    name: _Name
    version: _Version


class Paired(OutputModel):
    id: UUID
    kind: BridgeKind
    window: OrganisationRef


class DeviceState(OutputModel):
    """A device as its bridge told of it; `code` and `detail` say what is wrong, `card` whether a
    card lies there, null where that is not known without reading."""

    id: str
    kind: DeviceKind
    name: str
    state: DeviceStateName
    code: str | None
    detail: str | None
    card: bool | None


class BridgeOut(OutputModel):
    """`devices` are the last known states: they hold while the bridge is `online`, which is null
    while nobody knows. `queued` counts what it has not delivered yet."""

    id: UUID
    kind: BridgeKind
    name: str
    version: str
    window: OrganisationRef
    paired_at: datetime
    seen_at: datetime | None
    online: bool | None
    queued: int
    devices: list[DeviceState]


class WindowOut(OutputModel):
    code: str
    name: str
    bridges: list[BridgeOut]


class ReadCardParameters(InputModel):
    reader: Annotated[str | None, StringConstraints(max_length=60)] = None
    """A device's id, where a window has several readers."""


class ScanParameters(InputModel):
    source: Literal["flatbed", "feeder", "camera"] = "flatbed"
    dpi: Annotated[int, Field(ge=75, le=600)] = 200
    colour: bool = True
    format: Literal["pdf", "jpeg"] = "pdf"
    pages: Annotated[int, Field(ge=1, le=100)] | None = None
    """At most this many; all that the feeder holds where it is not said."""


class PrintParameters(InputModel):
    case_number: _CaseNumber
    document: Literal["receipt", "notice", "conclusion", "handover"]
    copies: Annotated[int, Field(ge=1, le=5)] = 1


class CaseParameters(InputModel):
    case_number: _CaseNumber


class ReadCardIn(InputModel):
    kind: Literal["read_card"]
    parameters: ReadCardParameters = ReadCardParameters()


class ScanIn(InputModel):
    kind: Literal["scan"]
    parameters: ScanParameters = ScanParameters()


class PrintIn(InputModel):
    kind: Literal["print"]
    parameters: PrintParameters


class PrintSlipIn(InputModel):
    kind: Literal["print_slip"]
    parameters: CaseParameters


class EvaluateIn(InputModel):
    kind: Literal["evaluate"]
    parameters: CaseParameters


def _placed(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Pydantic puts the kind in front of every error's place, where the body has no such field."""
    try:
        return validate(value)
    except ValidationError as error:
        moved = [
            InitErrorDetails(
                type=PydanticCustomError(
                    one["type"], "{found}", {**one.get("ctx", {}), "found": one["msg"]}
                ),
                loc=one["loc"][1:] or ("kind",),
                input=one["input"],
            )
            for one in error.errors()
        ]
        raise ValidationError.from_exception_data(error.title, moved) from error


CommandIn = Annotated[
    ReadCardIn | ScanIn | PrintIn | PrintSlipIn | EvaluateIn,
    Discriminator("kind"),
    WrapValidator(_placed),
]


class CardOut(OutputModel):
    """What a card says. `authenticated` is false for cards that anybody could have written;
    `valid_until` is null for those valid for good; `photo` is a JPEG in base64 where the counter
    has a decoder for what cards hold (WLT), else null."""

    layout: str
    name: str
    sex: str | None
    nation: str | None
    born_on: date | None
    address: str | None
    id_number: str
    authority: str | None
    valid_from: date | None
    valid_until: date | None
    sam_id: str | None
    photo: str | None
    authenticated: bool


class ScanOut(OutputModel):
    file_ids: list[UUID]


class PrintOut(OutputModel):
    printed_at: datetime


class EvaluateOut(OutputModel):
    """Whether the resident answered, be it by passing; never what."""

    finished: bool


class CommandProblem(OutputModel):
    code: str
    detail: str | None


class CommandOut(OutputModel):
    """`result` is of the command's kind. A card's is there for a quarter of an hour, for who
    asked; with a state other than `done` it came when the command was over already."""

    id: UUID
    kind: CommandKind
    parameters: dict[str, Any]
    state: State
    asked_at: datetime
    expires_at: datetime
    problem: CommandProblem | None
    result: CardOut | ScanOut | PrintOut | EvaluateOut | None


# --- What bridges send ---


_PHOTO = 44 * 1024
"""Characters: 32 KiB in base64."""


class CardIn(InputModel):
    layout: _Code
    name: _OfCard
    sex: _OfCard | None = None
    nation: _OfCard | None = None
    born_on: date | None = None
    address: _OfCard | None = None
    id_number: _OfCard
    authority: _OfCard | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    sam_id: _OfCard | None = None
    photo: Annotated[str, StringConstraints(max_length=_PHOTO)] | None = None
    authenticated: bool


class ScanResultIn(InputModel):
    file_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]


class PrintResultIn(InputModel):
    printed_at: AwareDatetime


class EvaluateResultIn(InputModel):
    level: Annotated[int, Field(ge=1, le=5)] | None
    reason: Literal["timeout", "skipped"] | None = None


class Outcome(InputModel):
    state: Literal["done", "failed", "cancelled"]
    code: _Code | None = None
    detail: _Detail | None = None
    result: dict[str, Any] | None = None


class DeliveryIn(InputModel):
    id: UUID
    sequence: Annotated[int, Field(ge=0, lt=2**31)]
    command_id: UUID
    at: AwareDatetime
    outcome: Outcome


class DeliveryOut(OutputModel):
    """`late`: the command was over already. The same for the same delivery, however often."""

    id: UUID
    late: bool


class ScannedFile(OutputModel):
    id: UUID


class SlipLine(OutputModel):
    label: str
    value: str


class Slip(OutputModel):
    """What a slip printer prints; `qr` is an address."""

    title: str
    lines: list[SlipLine]
    qr: str


# --- Messages of the stream ---


class DeviceStateIn(InputModel):
    id: _Name
    kind: DeviceKind
    name: _Name
    state: DeviceStateName
    code: _Code | None = None
    detail: _Detail | None = None
    card: bool | None = None


_States = Annotated[list[DeviceStateIn], Field(max_length=32)]


class Hello(InputModel):
    type: Literal["hello"]
    bridge_id: UUID
    signature: Annotated[str, StringConstraints(max_length=100)]
    version: _Version
    devices: _States
    queued: Annotated[int, Field(ge=0, lt=2**31)] = 0


class Taken(InputModel):
    type: Literal["taken"]
    command_id: UUID


class Devices(InputModel):
    type: Literal["devices"]
    devices: _States
    queued: Annotated[int, Field(ge=0, lt=2**31)] = 0


BridgeMessage = Annotated[Taken | Devices, Field(discriminator="type")]
