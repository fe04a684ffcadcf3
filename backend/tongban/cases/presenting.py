"""Rows into answers. No queries: everything shown was loaded by the caller."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from tongban.cases import schemas as s
from tongban.cases.clocks import Viewer
from tongban.cases.models import Case
from tongban.cases.rules import OPEN, RUNNING
from tongban.organisations.schemas import OrganisationRef
from tongban.organisations.tree import Tree

Day = TypeVar("Day")
"""A date, as the driver or JSON gives it, or None."""


def organisation(viewer: Viewer, unit_id: int) -> OrganisationRef:
    unit = viewer.tree[unit_id]
    return OrganisationRef(code=unit.code, name=unit.name)


def place(viewer: Viewer, unit_id: int) -> OrganisationRef:
    """An organisation with the body it belongs to: `德胜街道 民政科`."""
    return place_in(viewer.tree, unit_id)


@lru_cache(maxsize=8192)
def place_in(tree: Tree, unit_id: int) -> OrganisationRef:
    """The same where there is only the tree."""
    unit = tree[unit_id]
    return OrganisationRef(code=unit.code, name=tree.name_with_body(unit, gap=" "))


def staff(person: Sequence[str]) -> dict[str, Any] | None:
    """`StaffRef`."""
    return {"username": person[0], "name": person[1]} if person else None


def due(viewer: Viewer, case: Case) -> dict[str, Any]:
    """`DueOut`."""
    day = due_on(case, case.due_on)
    running = case.status in RUNNING and day is not None
    light = viewer.lights.of(day, case.limit_days + case.extension_days, viewer.today)
    return {
        "due_on": day,
        "paused": case.suspended,
        "provisional": case.due_provisional and day is not None,
        "remaining_days": light.remaining_days if running else None,
        "level": light.level if running else 0,
    }


def due_on(case: Case, day: Day) -> Day | None:
    """The case's due date or one of its open tasks'; none while the clocks stand still (0021):
    how long they will is what nobody knows."""
    return None if stands_still(case) else day


def stands_still(case: Case) -> bool:
    """In a special procedure, or before acceptance while a correction is awaited."""
    return case.suspended or case.correction_pending


def flags(case: Case) -> dict[str, bool]:
    """`FlagsOut`."""
    return {
        "correction_pending": case.correction_pending,
        "returned": case.returned,
        "suspended": case.suspended,
        "urged": case.urged,
        "carded": case.carded,
        "deemed_accepted": case.deemed_accepted,
        "extension_pending": case.extension_asked_days is not None,
        "promise_open": case.promise_open,
        "promise_missed": case.promise_open and case.promise_missed_on is not None,
    }


ROW_COLUMNS = (
    Case.id,
    Case.number,
    Case.matter_code,
    Case.matter_name,
    Case.applicant,
    Case.status,
    Case.outcome,
    Case.correction_pending,
    Case.returned,
    Case.suspended,
    Case.urged,
    Case.carded,
    Case.deemed_accepted,
    Case.promise_open,
    Case.promise_missed_on,
    Case.extension_days,
    Case.extension_asked_days,
    Case.channel,
    Case.handling,
    Case.case_kind,
    Case.cross_handling,
    Case.linkage,
    Case.accepting_id,
    Case.home_id,
    Case.responsible_id,
    Case.deciding_id,
    Case.registered_at,
    Case.accepted_at,
    Case.concluded_at,
    Case.limit_days,
    Case.due_on,
    Case.due_provisional,
)
"""What `case_row` shows of a case; a page of lists reads no more."""


def row_fields(viewer: Viewer, case: Case, registrar: Sequence[str]) -> dict[str, Any]:
    """The fields that a line of a list and a whole case have in common.

    What lies inside is plain: one model checked as a whole costs a fraction of seven.
    """
    return {
        "id": case.id,
        "number": case.number,
        "matter_code": case.matter_code,
        "matter_name": case.matter_name,
        "applicant": case.applicant,
        "status": case.status,
        "outcome": case.outcome,
        "flags": flags(case),
        "channel": case.channel,
        "handling": case.handling,
        "case_kind": case.case_kind,
        "cross_handling": case.cross_handling,
        "linkage": case.linkage,
        "accepting": place(viewer, case.accepting_id),
        "home": place(viewer, case.home_id),
        "responsible": place(viewer, case.responsible_id),
        "deciding": place(viewer, case.deciding_id) if case.deciding_id else None,
        "registered_by": {"username": registrar[0], "name": registrar[1]},
        "registered_at": case.registered_at,
        "accepted_at": case.accepted_at,
        "concluded_at": case.concluded_at,
        "due": due(viewer, case),
        "due_on": due_on(case, case.due_on),
    }


def case_row(viewer: Viewer, case: Case, registrar: Sequence[str]) -> s.CaseRow:
    return s.CaseRow(**row_fields(viewer, case, registrar))


def path_steps(
    viewer: Viewer, case: Case, tasks: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """`PathStepOut`s: the route with where the case stands on it, as the last task of a step says;
    `tasks` are `TaskOut`s."""
    last: dict[str, str] = {task["step_key"]: task["state"] for task in tasks}
    ended = case.status not in OPEN

    def state(step: Mapping[str, Any]) -> str:
        if step["merged_into"]:
            return "merged"
        if last.get(step["key"]) in ("open", "done"):
            return last[step["key"]]
        if step["function"] == "accept" and case.accepted_at is not None:
            return "done"  # at once, or by law when nobody decided in time
        return "not_done" if ended else "waiting"

    return [
        {
            "key": step["key"],
            "function": step["function"],
            "organisation": place(viewer, step["organisation_id"]),
            "role": step["role"],
            "limit_days": step["limit_days"],
            "parallel_group": step["parallel_group"],
            "merged_into": step["merged_into"],
            "state": state(step),
        }
        for step in case.path
    ]


def materials(asked: Iterable[Any], brought: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`MaterialOut`s: every material that the matter asks for, with what is known of it."""
    return [_material(wanted, brought.get(wanted.key)) for wanted in asked]


def collection(line: Mapping[str, Any]) -> dict[str, Any]:
    """`CollectionOut`."""
    return {
        "at": line["at"],
        "method": line["method"],
        "collected_by": line["collected_by"],
        "tracking_number": line["tracking_number"],
        "signature": line["signature"],
        "recorded_by": staff(line["recorder"]),
    }


def _material(wanted: Any, row: Any | None) -> dict[str, Any]:
    return {
        "key": wanted.key,
        "name": wanted.name,
        "kind": wanted.kind,
        "copies": wanted.copies,
        "required": wanted.required,
        "received": row.received if row else "none",
        "promised_by": row.promised_by if row else None,
        "promise_missed": row.promise_missed if row else False,
        "checked_by": staff(row.checker) if row else None,
        "checked_at": row.checked_at if row else None,
        "files": row.scans if row else [],
        "note": row.note if row else "",
    }
