"""What each paper of a case is filled from.

Texts are plain: whatever a person typed is printed literally, never read as mark-up.
Identity numbers and mobiles of persons are masked when printed, however they come in.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

MaterialForm = Literal["original", "copy", "original_and_copy", "electronic"]
CaseKind = Literal["immediate", "promised"]
Handling = Literal["direct", "carried", "filing"]
CrossHandling = Literal[
    "none", "same_street", "street_community", "street_street", "community_community"
]
Linkage = Literal["none", "street_community", "district_street", "three_level"]
Outcome = Literal["approved", "denied", "filed", "forwarded"]
MissedPromise = Literal["notify", "terminate", "deny"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The organisation in whose name a paper is given, and how to reach it."""

    name: str
    window: str = ""
    address: str = ""
    telephone: str = ""
    hours: str = ""
    complaints: str = "12345"
    """Telephone for complaints; the city's hotline unless the office has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An applicant or the person acting for one."""

    kind: Literal["person", "organisation"]
    name: str
    id_number: str
    id_label: str = "居民身份证"
    mobile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    """What stands at the top of every paper."""

    number: str
    """Empty on a one-time notice given before the application has a number."""
    matter: str
    applicant: Party
    agent: Party | None
    office: Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A material as it lies on the counter. `copies` counts sheets or sets of this form."""

    name: str
    form: MaterialForm
    copies: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A material that may follow (容缺受理): by when, and what happens if it does not."""

    name: str
    due_on: date
    if_missed: MissedPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """受理回执单."""

    case: CaseHead
    case_kind: CaseKind
    handling: Handling
    promised_days: int
    """Working days; 0 for an immediate case."""
    due_on: date
    due_provisional: bool
    """Counted through a year whose holidays are not published (decision 0020)."""
    accepted_on: date
    deemed_accepted: bool
    """Nobody decided in time: accepted by law from the day it was received."""
    clerk: str
    responsible: str
    """Organisation that handles the case (R of the routing rules)."""
    deciding: str
    issuing: str
    """Where the result is collected."""
    materials: tuple[Material, ...]
    promises: tuple[Promise, ...]
    cross_handling: CrossHandling
    linkage: Linkage
    query_code: str
    public_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """收件回执: the papers were taken in, whether the case is accepted is decided later."""

    case: CaseHead
    handling: Handling
    received_on: date
    clerk: str
    accepting: str
    """Who decides on acceptance; another office where this one only collects (收件)."""
    decide_days: int
    """Working days in which that is decided, or the case counts as accepted."""
    decide_by: date | None
    """Unknown while a correction is awaited."""
    responsible: str
    deciding: str
    materials: tuple[Material, ...]
    promises: tuple[Promise, ...]
    cross_handling: CrossHandling
    linkage: Linkage
    query_code: str
    public_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcoming:
    """One thing to put right: what, why, how and where."""

    subject: str
    kind: Literal["missing", "wrong"]
    reason: str
    remedy: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """一次性告知单: everything that is missing or wrong, at once."""

    case: CaseHead
    received_on: date
    told_on: date
    clerk: str
    shortcomings: tuple[Shortcoming, ...]
    legal_basis: tuple[str, ...]
    respond_by: date | None = None
    online_url: str = ""
    """Where the application can be corrected on line; empty for one taken at a counter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """Where a decision of an administrative organ can be contested.

    Community residents' committees are not such organs; papers in their name have none.
    """

    reconsideration_body: str
    court: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """不予受理通知书."""

    case: CaseHead
    applied_on: date
    decided_on: date
    reasons: tuple[str, ...]
    legal_basis: tuple[str, ...]
    apply_to: str = ""
    """The organ to turn to, where the matter is another's (行政许可法 32 (2))."""
    remedies: Remedies | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Termination:
    """终止办理通知书: an accepted case ends without a decision."""

    case: CaseHead
    accepted_on: date
    decided_on: date
    reasons: tuple[str, ...]
    legal_basis: tuple[str, ...]
    remedies: Remedies | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedMaterial:
    """A material that an agent runner carried away; `returned_on` once it came back."""

    name: str
    form: MaterialForm
    copies: int = 1
    returned_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """代办交接单: between the hall's agent runner and the bureau that decides."""

    case: CaseHead
    runner: str
    bureau: str
    handed_on: date
    expected_on: date
    """The day by which the bureau's result is due."""
    materials: tuple[HandedMaterial, ...]
    received_by: str = ""
    """Who took the papers at the bureau; empty leaves a line for the signature."""
    result: str = ""
    returned_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """办结通知书: what was decided, and how to get it."""

    case: CaseHead
    outcome: Outcome
    accepted_on: date
    concluded_on: date
    deciding: str
    opinion: str
    """The decision in words; the reasons where it was denied."""
    legal_basis: tuple[str, ...]
    papers: tuple[str, ...]
    """Names of licences or documents that come of it."""
    issuing: str
    collection: str
    """How and when to collect: place, hours, or the post."""
    evaluation_url: str
    remedies: Remedies | None = None
