"""The table of legal changes, without a database."""

from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tongban.cases.rules import (
    ENDED,
    RULES,
    RUNNING,
    UNDECIDED,
    WORKED_BY,
    Action,
    Party,
    Situation,
    Status,
    TaskFunction,
    TaskView,
    allowed_actions,
    held_tasks,
    legal,
    waits_for_promise,
)
from tongban.routing.definitions import Function

FUNCTIONS = get_args(TaskFunction)

tasks = st.builds(
    TaskView,
    function=st.sampled_from(FUNCTIONS),
    workable=st.booleans(),
    mine=st.booleans(),
    pooled=st.booleans(),
)
situations = st.builds(
    Situation,
    status=st.sampled_from(Status),
    suspended=st.booleans(),
    correction_pending=st.booleans(),
    correction_told=st.booleans(),
    returned=st.booleans(),
    promise_open=st.booleans(),
    extension_pending=st.booleans(),
    extension_requested_by_me=st.booleans(),
    tasks=st.lists(tasks, max_size=3).map(tuple),
    parties=st.frozensets(st.sampled_from([p for p in Party if p is not Party.HOLDER])),
)


def situation(status: Status, *held: str, **changes: object) -> Situation:
    base = Situation(
        status=status,
        suspended=False,
        correction_pending=False,
        correction_told=False,
        returned=False,
        promise_open=False,
        extension_pending=False,
        extension_requested_by_me=False,
        tasks=tuple(TaskView(f, workable=True, mine=True, pooled=False) for f in held),
        parties=frozenset(),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # names are checked by replace


def test_every_action_has_a_rule_and_every_rule_a_way_in() -> None:
    assert set(RULES) == set(Action)
    assert all(rule.statuses and rule.parties for rule in RULES.values())


@given(situations)
def test_a_stranger_may_do_nothing(case: Situation) -> None:
    strangers_view = replace(
        case,
        parties=frozenset(),
        tasks=tuple(replace(t, workable=False, mine=False) for t in case.tasks),
    )
    assert not allowed_actions(strangers_view)


@given(situations)
def test_nothing_happens_to_an_archived_case(case: Situation) -> None:
    assert not allowed_actions(replace(case, status=Status.ARCHIVED))


@given(situations)
def test_suspended_cases_only_go_on_by_resuming_or_end(case: Situation) -> None:
    paused = replace(case, suspended=True, status=Status.IN_PROCESS)
    assert set(allowed_actions(paused)) <= {
        Action.RESUME,
        Action.RELEASE,
        Action.WITHDRAW,
        Action.TERMINATE,
    }


@given(situations)
def test_deciding_needs_the_deciding_task(case: Situation) -> None:
    deciding = {Action.APPROVE: "approve", Action.DENY: "approve", Action.FILE: "file"}
    for action, function in deciding.items():
        if legal(action, case):
            assert case.status in RUNNING
            assert any(t.held and t.function == function for t in case.tasks)


@given(situations)
def test_nobody_decides_on_an_extension_that_they_asked_for(case: Situation) -> None:
    own = replace(case, extension_pending=True, extension_requested_by_me=True)
    assert not legal(Action.DECIDE_EXTENSION, own)


@given(situations, st.sampled_from(Action))
def test_what_is_held_fits_the_action(case: Situation, action: Action) -> None:
    functions = RULES[action].functions
    for position in held_tasks(action, case):
        assert case.tasks[position].held
        assert not functions or case.tasks[position].function in functions


@given(situations)
def test_nothing_is_decided_in_favour_before_what_was_promised_is_there(case: Situation) -> None:
    waiting, there = replace(case, promise_open=True), replace(case, promise_open=False)
    decisions = {Action.APPROVE, Action.FILE}
    assert set(allowed_actions(there)) - set(allowed_actions(waiting)) <= decisions
    for action in Action:
        assert waits_for_promise(action, waiting) == (action in decisions and legal(action, there))
    assert not decisions & set(allowed_actions(waiting))


def test_correction_exists_only_before_acceptance_and_only_once() -> None:
    received = situation(Status.RECEIVED, "accept")
    assert legal(Action.REQUEST_CORRECTION, received)
    assert not legal(Action.REQUEST_CORRECTION, replace(received, correction_told=True))
    for status in Status:
        if status not in UNDECIDED:
            assert not legal(Action.REQUEST_CORRECTION, situation(status, "accept"))


def test_what_waits_for_a_correction_is_not_accepted() -> None:
    waiting = situation(Status.RECEIVED, "accept", correction_pending=True)
    assert not legal(Action.ACCEPT, waiting)
    assert legal(Action.SUBMIT_CORRECTION, waiting)


def test_a_task_claimed_by_somebody_else_is_out_of_reach() -> None:
    others = TaskView("approve", workable=True, mine=False, pooled=False)
    case = situation(Status.ACCEPTED, tasks=(others,))
    assert not allowed_actions(case)
    supervised = replace(case, parties=frozenset({Party.SUPERVISOR}))
    assert Action.TRANSFER in allowed_actions(supervised)


def test_a_returned_case_is_corrected_or_passed_by_who_accepted() -> None:
    back = situation(Status.IN_PROCESS, "accept", returned=True)
    assert {Action.PASS, Action.SUBMIT_CORRECTION} <= set(allowed_actions(back))
    assert Action.ACCEPT not in allowed_actions(back)


def test_archiving_waits_for_the_result_to_be_collected() -> None:
    clerk = frozenset({Party.ACCEPTING})
    assert not legal(Action.ARCHIVE, situation(Status.CONCLUDED, "issue", parties=clerk))
    assert legal(Action.ARCHIVE, situation(Status.ISSUED, parties=clerk))


def test_ended_and_open_statuses_share_nothing() -> None:
    assert not ENDED & (RUNNING | UNDECIDED | {Status.DRAFT})


def test_whatever_is_done_in_a_task_has_a_role_and_can_be_asked_for() -> None:
    assert set(FUNCTIONS) == set(WORKED_BY)
    assert set(Function) < set(FUNCTIONS)
