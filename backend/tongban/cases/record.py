"""A case's row: how a new one begins, and what fills it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tongban.cases import events
from tongban.cases.models import Case
from tongban.cases.placement import Placement
from tongban.cases.rules import Status
from tongban.cases.search import searchable
from tongban.cases.work import stored_path
from tongban.core.fixed import unwritten
from tongban.identity.actor import Actor
from tongban.matters.schemas import Version


def new_case(
    case_id: UUID,
    matter: Version,
    placed: Placement,
    document: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> Case:
    """A draft's row, unwritten. `document` is masked."""
    case = unwritten(
        Case,
        id=case_id,
        version=0,
        head_hash=events.first_link(case_id),
        matter_code=matter.content.code,
        channel="counter",
        status=Status.DRAFT,
        correction_pending=False,
        correction_told=False,
        returned=False,
        suspended=False,
        urged=False,
        carded=False,
        deemed_accepted=False,
        promise_open=False,
        extension_days=0,
        findings=[],
        registered_by=actor.staff_id,
        due_provisional=False,
    )
    follow(case, matter)
    case.registered_at = now
    case.month = now.date().replace(day=1)
    fill(case, document)
    settle(case, placed)
    return case


def follow(case: Case, matter: Version) -> None:
    """Which version of its matter the case is of."""
    content = matter.content
    case.matter_version_id, case.matter_name = matter.id, content.name
    case.handling, case.case_kind = content.handling, content.case_kind
    case.limit_days = content.promised_days


def fill(case: Case, document: dict[str, Any]) -> None:
    """What the case says, masked."""
    case.applicant, case.agent, case.form = (
        document["applicant"],
        document["agent"],
        document["form"],
    )
    agent = document["agent"]["name"] if document["agent"] else ""
    case.names = searchable(document["applicant"]["name"], agent, case.matter_name)


def settle(case: Case, placed: Placement) -> None:
    """Where the case belongs and which way it goes."""
    parties = placed.parties
    case.accepting_id = parties.accepting.id
    case.window_id = placed.window.id if placed.window else None
    case.home_id = parties.home.id
    case.responsible_id = parties.responsible.id
    case.deciding_id = parties.deciding.id if parties.deciding else None
    case.issuing_id = parties.issuing.id
    case.cross_handling = placed.cross_handling.value
    case.linkage = placed.linkage.value
    case.path = stored_path(placed.path)
