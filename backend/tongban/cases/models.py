"""Tables of the case file."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from tongban.cases.schemas import CaseKind, Channel, CrossHandling, Handling, Linkage, Received
from tongban.core.db import Base

_Moment = TIMESTAMP(timezone=True, precision=6)


class Case(Base):
    """One record from draft to archive. Personal data is here only masked."""

    __tablename__ = "cases"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    query_code: Mapped[str | None] = mapped_column(String(12))
    month: Mapped[date]
    """First day of the month of registration: the partition of the case's events."""
    version: Mapped[int]
    """Sequence of the last event: the ETag, and the length that the chain must have."""
    head_hash: Mapped[bytes] = mapped_column(LargeBinary)
    head_seal: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Keyed seal of version and head, see `events`; none where an upgrade left it to be made."""

    matter_code: Mapped[str] = mapped_column(String(40))
    matter_name: Mapped[str] = mapped_column(String(200))
    matter_version_id: Mapped[int] = mapped_column(ForeignKey("matter_versions.id"))
    handling: Mapped[Handling] = mapped_column(String(10))
    case_kind: Mapped[CaseKind] = mapped_column(String(10))
    channel: Mapped[Channel] = mapped_column(String(10))

    status: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(10))
    correction_pending: Mapped[bool]
    correction_told: Mapped[bool]
    returned: Mapped[bool]
    suspended: Mapped[bool]
    urged: Mapped[bool]
    carded: Mapped[bool]
    deemed_accepted: Mapped[bool]
    promise_open: Mapped[bool]
    promise_missed_on: Mapped[date | None]
    """Day of the first promise (容缺) that was missed and that nothing has settled since."""
    extension_days: Mapped[int]
    """Working days already granted."""
    extension_asked_days: Mapped[int | None]
    extension_asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    accepting_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    home_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    responsible_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    deciding_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    issuing_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    cross_handling: Mapped[CrossHandling] = mapped_column(String(24))
    linkage: Mapped[Linkage] = mapped_column(String(20))
    path: Mapped[list[Any]] = mapped_column(JSONB)
    """The concrete route, fixed at acceptance: see `routing.rules.ConcreteStep`."""

    applicant: Mapped[dict[str, Any]] = mapped_column(JSONB)
    agent: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    form: Mapped[dict[str, Any]] = mapped_column(JSONB)
    findings: Mapped[list[Any]] = mapped_column(JSONB)
    names: Mapped[str] = mapped_column(Text)
    """Bigrams of the names in the case: see `search`."""
    search: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("to_tsvector('simple'::regconfig, names)", persisted=True)
    )

    registered_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    registered_at: Mapped[datetime] = mapped_column(_Moment)
    received_at: Mapped[datetime | None] = mapped_column(_Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(_Moment)
    concluded_at: Mapped[datetime | None] = mapped_column(_Moment)
    acceptance_due_on: Mapped[date | None]
    limit_days: Mapped[int]
    """Promised working days of the matter's version."""
    due_on: Mapped[date | None]
    due_provisional: Mapped[bool]

    __table_args__ = (
        CheckConstraint("(number IS NULL) = (status = 'draft')", name="numbered"),
        CheckConstraint(
            "(outcome IS NULL) OR status IN ('concluded','issued','archived')", name="outcome"
        ),
        Index("ix_cases_registered", "registered_at", "id"),
        Index("ix_cases_registrar", "registered_by", "registered_at"),
        Index("ix_cases_matter", "matter_code", "registered_at"),
        Index("ix_cases_search", "search", postgresql_using="gin"),
        Index(
            "ix_cases_running",
            "due_on",
            postgresql_where=text("status IN ('accepted','in_process')"),
        ),
        Index(
            "ix_cases_undecided",
            "acceptance_due_on",
            postgresql_where=text("status IN ('submitted','pre_review_passed','received')"),
        ),
        Index("ix_cases_promises", "id", postgresql_where=text("promise_open")),
        Index("ix_cases_still", "id", postgresql_where=text("suspended OR correction_pending")),
        Index(
            "ix_cases_ended",
            "id",
            postgresql_where=text(
                "status IN ('concluded','issued','not_accepted','withdrawn','terminated')"
            ),
        ),
    )


class CasePersonal(Base):
    """The full personal data of a case: sealed, found by blind index, behind row-level security."""

    __tablename__ = "case_personal"

    case_id: Mapped[UUID] = mapped_column(
        ForeignKey("cases.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    id_index: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    mobile_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    agent_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)


class CaseMaterial(Base):
    __tablename__ = "case_materials"

    case_id: Mapped[UUID] = mapped_column(
        ForeignKey("cases.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    document_kind: Mapped[str | None] = mapped_column(String(60))
    received: Mapped[Received] = mapped_column(String(20))
    promised_by: Mapped[date | None]
    promise_missed: Mapped[bool]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    checked_at: Mapped[datetime | None] = mapped_column(_Moment)
    files: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    note: Mapped[str] = mapped_column(String(200))

    __table_args__ = (
        Index(
            "ix_case_materials_files",
            "files",
            postgresql_using="gin",
            postgresql_where=text("cardinality(files) > 0"),
        ),
        Index(
            "ix_case_materials_promised",
            "promised_by",
            postgresql_where=text(
                "promised_by IS NOT NULL AND received = 'none' AND NOT promise_missed"
            ),
        ),
    )


class CaseScope(Base):
    """Who may see a case: each organisation that takes part, and all above it."""

    __tablename__ = "case_scope"

    organisation_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(_Moment, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(
        ForeignKey("cases.id", deferrable=True, initially="DEFERRED"), primary_key=True
    )

    __table_args__ = (Index("ix_case_scope_case", "case_id", "organisation_id"),)


class Task(Base):
    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(
        ForeignKey("cases.id", deferrable=True, initially="DEFERRED"), index=True
    )
    step_key: Mapped[str] = mapped_column(String(60))
    function: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    state: Mapped[str] = mapped_column(String(10))
    limit_days: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(_Moment)
    due_on: Mapped[date]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None] = mapped_column(_Moment)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        CheckConstraint("state IN ('open','done','cancelled')", name="state"),
        Index(
            "ix_tasks_pool",
            "organisation_id",
            "role",
            "due_on",
            "id",
            postgresql_include=["claimed_by", "function"],
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_tasks_claimed",
            "claimed_by",
            "due_on",
            "id",
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "uq_tasks_open_step",
            "case_id",
            "step_key",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )


class Event(Base):
    """Append-only and hash-chained; partitioned by the month of the case."""

    __tablename__ = "events"

    month: Mapped[date] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(_Moment)
    event: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str | None] = mapped_column(String(60))
    """Username and organisation's code, not ids: the chain must be readable outside."""
    actor_name: Mapped[str] = mapped_column(String(60))
    organisation: Mapped[str | None] = mapped_column(String(40))
    from_status: Mapped[str | None] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    step_key: Mapped[str | None] = mapped_column(String(60))
    comment: Mapped[str] = mapped_column(String(1000))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        Index(
            "ix_events_at",
            "at",
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        ),
        {"postgresql_partition_by": "RANGE (month)"},
    )


class CaseCounter(Base):
    """The last sequence given by a division on a day."""

    __tablename__ = "case_counters"

    division: Mapped[str] = mapped_column(String(12), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class IdempotencyKey(Base):
    """Which answer a retry gets; kept 72 hours."""

    __tablename__ = "idempotency_keys"

    staff_id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    case_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(_Moment, index=True)


class Outbox(Base):
    """What others must hear of, written with the change itself and drained by the worker."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(_Moment)


class Handover(Base):
    """Papers that an agent runner carried to a bureau, and their coming back."""

    __tablename__ = "handovers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    bureau_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    runner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    handed_over_on: Mapped[date]
    received_by: Mapped[str] = mapped_column(String(60))
    originals: Mapped[list[Any]] = mapped_column(JSONB)
    due_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    decision: Mapped[str | None] = mapped_column(String(12))
    document_number: Mapped[str | None] = mapped_column(String(60))

    __table_args__ = (
        Index(
            "ix_handovers_out", "bureau_id", "due_on", postgresql_where=text("returned_on IS NULL")
        ),
    )


class Collection(Base):
    """Who collected a result, how, when; a reopened case can have several."""

    __tablename__ = "collections"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(_Moment, primary_key=True)
    method: Mapped[str] = mapped_column(String(12))
    collected_by: Mapped[str] = mapped_column(String(60))
    tracking_number: Mapped[str | None] = mapped_column(String(60))
    signature_file: Mapped[UUID | None]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class Archive(Base):
    """An archived case (电子归档). The worker adds the package, its file and digest; a disposal
    takes the file away and leaves the digest."""

    __tablename__ = "archives"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(_Moment)
    file_id: Mapped[UUID | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    """SM3 in hex of the package's index, which pins all else in it."""
    retain_until: Mapped[date]
    disposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("disposals.id"), index=True)
    """The list of cases to be disposed of on which this one stands."""
    disposed_at: Mapped[datetime | None] = mapped_column(_Moment)

    __table_args__ = (
        CheckConstraint(
            "CASE WHEN disposed_at IS NULL THEN (file_id IS NULL) = (digest IS NULL)"
            " ELSE file_id IS NULL END",
            name="packaged",
        ),
        Index(
            "ix_archives_waiting",
            "at",
            postgresql_where=text("file_id IS NULL AND disposed_at IS NULL"),
        ),
        Index("ix_archives_retention", "retain_until", "case_id"),
    )


class Disposal(Base):
    """A list of archived cases to be disposed of (鉴定销毁): one proposes it, another decides, the
    worker carries it out, and it stays as the record of what was destroyed (销毁清册)."""

    __tablename__ = "disposals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    state: Mapped[str] = mapped_column(String(10))
    cases: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[datetime] = mapped_column(_Moment)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(_Moment)
    opinion: Mapped[str] = mapped_column(String(200))
    done_at: Mapped[datetime | None] = mapped_column(_Moment)

    __table_args__ = (
        CheckConstraint("state IN ('proposed','approved','rejected','done')", name="state"),
        CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="decided"),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
    )


class DailySeal(Base):
    """Merkle root over the chains' heads of the cases touched on a day, itself chained."""

    __tablename__ = "daily_seals"

    day: Mapped[date] = mapped_column(primary_key=True)
    cases: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary)
    prev: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class QueueAlarm(Base):
    """A queue that has open tasks and nobody to work them, since it was found."""

    __tablename__ = "queue_alarms"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    raised_at: Mapped[datetime] = mapped_column(_Moment)


class FollowedYear(Base):
    """The publication of a year's calendar that the due dates of open cases follow."""

    __tablename__ = "followed_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    published_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
