"""What may happen to a case, when, and by whom: one table, pure.

`legal()` is the only judge: the service refuses what it refuses, and `allowed_actions()` is
what the API tells the browser, so that no page repeats a rule.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from tongban.identity.roles import Role


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PRE_REVIEW_PASSED = "pre_review_passed"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    IN_PROCESS = "in_process"
    CONCLUDED = "concluded"
    ISSUED = "issued"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


class Outcome(StrEnum):
    """How a concluded case ended."""

    APPROVED = "approved"
    DENIED = "denied"
    FILED = "filed"
    FORWARDED = "forwarded"


class Action(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    SUBMIT = "submit"
    PRE_REVIEW_PASS = "pre_review_pass"  # noqa: S105
    PRE_REVIEW_RETURN = "pre_review_return"
    RECEIVE = "receive"
    ACCEPT = "accept"
    REFUSE = "refuse"
    REQUEST_CORRECTION = "request_correction"
    SUBMIT_CORRECTION = "submit_correction"
    PASS = "pass"  # noqa: S105
    RETURN = "return"
    TRANSFER = "transfer"
    SUSPEND = "suspend"
    RESUME = "resume"
    REQUEST_EXTENSION = "request_extension"
    DECIDE_EXTENSION = "decide_extension"
    CARRY_OUT = "carry_out"
    RECORD_RESULT = "record_result"
    APPROVE = "approve"
    DENY = "deny"
    FILE = "file"
    ISSUE = "issue"
    WITHDRAW = "withdraw"
    TERMINATE = "terminate"
    ARCHIVE = "archive"
    REOPEN = "reopen"


class Party(StrEnum):
    """In which capacity somebody acts on a case."""

    HOLDER = "holder"
    """May work an open task: its role, at its organisation, claimed by nobody else."""
    REGISTRAR = "registrar"
    """Wrote the draft."""
    ACCEPTING = "accepting"
    """A clerk of the accepting unit."""
    CARRIER = "carrier"
    """An agent runner of the unit that carried the case to a bureau."""
    SUPERVISOR = "supervisor"
    """Supervises an organisation that has one of the open tasks, or the responsible one."""


UNDECIDED = frozenset({Status.SUBMITTED, Status.PRE_REVIEW_PASSED, Status.RECEIVED})
"""An application that is neither accepted nor refused yet."""
RUNNING = frozenset({Status.ACCEPTED, Status.IN_PROCESS})
"""The total clock belongs to these."""
OPEN = frozenset({Status.DRAFT}) | UNDECIDED | RUNNING
ENDED = frozenset(
    {
        Status.CONCLUDED,
        Status.ISSUED,
        Status.NOT_ACCEPTED,
        Status.WITHDRAWN,
        Status.TERMINATED,
    }
)

PREPARING = frozenset({"accept", "first_review", "review"})
DECIDING = frozenset({"approve", "file"})
CASE_FUNCTIONS = PREPARING | DECIDING | {"carry_out"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One action: legal from these statuses, for these parties, on tasks of these functions."""

    statuses: frozenset[Status]
    parties: frozenset[Party]
    functions: frozenset[str] = frozenset()
    """Functions of the open task that a HOLDER must hold; empty means any."""
    while_suspended: bool = False


def _rule(
    statuses: frozenset[Status] | set[Status],
    *parties: Party,
    functions: frozenset[str] | set[str] = frozenset(),
    while_suspended: bool = False,
) -> Rule:
    return Rule(frozenset(statuses), frozenset(parties), frozenset(functions), while_suspended)


RULES: dict[Action, Rule] = {
    Action.CLAIM: _rule(UNDECIDED | RUNNING | {Status.CONCLUDED}, Party.HOLDER),
    Action.RELEASE: _rule(
        UNDECIDED | RUNNING | {Status.CONCLUDED}, Party.HOLDER, while_suspended=True
    ),
    Action.SUBMIT: _rule({Status.DRAFT}, Party.REGISTRAR),
    Action.PRE_REVIEW_PASS: _rule({Status.SUBMITTED}, Party.HOLDER, functions={"pre_review"}),
    Action.PRE_REVIEW_RETURN: _rule({Status.SUBMITTED}, Party.HOLDER, functions={"pre_review"}),
    Action.RECEIVE: _rule({Status.PRE_REVIEW_PASSED}, Party.HOLDER, functions={"accept"}),
    Action.ACCEPT: _rule(
        {Status.PRE_REVIEW_PASSED, Status.RECEIVED}, Party.HOLDER, functions={"accept"}
    ),
    Action.REFUSE: _rule(UNDECIDED, Party.HOLDER, functions={"pre_review", "accept"}),
    Action.REQUEST_CORRECTION: _rule({Status.RECEIVED}, Party.HOLDER, functions={"accept"}),
    Action.SUBMIT_CORRECTION: _rule(
        {Status.RECEIVED} | RUNNING, Party.HOLDER, Party.ACCEPTING, functions={"accept"}
    ),
    Action.PASS: _rule(RUNNING, Party.HOLDER, functions=PREPARING),
    Action.RETURN: _rule(RUNNING, Party.HOLDER, functions=CASE_FUNCTIONS - {"accept"}),
    Action.TRANSFER: _rule(UNDECIDED | RUNNING, Party.HOLDER, Party.SUPERVISOR),
    Action.SUSPEND: _rule(RUNNING, Party.HOLDER, functions=CASE_FUNCTIONS - {"accept"}),
    Action.RESUME: _rule(RUNNING, Party.HOLDER, Party.SUPERVISOR, while_suspended=True),
    Action.REQUEST_EXTENSION: _rule(RUNNING, Party.HOLDER, functions=CASE_FUNCTIONS),
    Action.DECIDE_EXTENSION: _rule(RUNNING, Party.SUPERVISOR, Party.HOLDER, functions=DECIDING),
    Action.CARRY_OUT: _rule(RUNNING, Party.HOLDER, functions={"carry_out"}),
    Action.RECORD_RESULT: _rule(RUNNING, Party.CARRIER),
    Action.APPROVE: _rule(RUNNING, Party.HOLDER, functions={"approve"}),
    Action.DENY: _rule(RUNNING, Party.HOLDER, functions={"approve"}),
    Action.FILE: _rule(RUNNING, Party.HOLDER, functions={"file"}),
    Action.ISSUE: _rule({Status.CONCLUDED}, Party.HOLDER, functions={"issue"}),
    Action.WITHDRAW: _rule(
        UNDECIDED | RUNNING, Party.HOLDER, Party.ACCEPTING, while_suspended=True
    ),
    Action.TERMINATE: _rule(
        RUNNING,
        Party.HOLDER,
        Party.SUPERVISOR,
        functions=CASE_FUNCTIONS - {"accept"},
        while_suspended=True,
    ),
    Action.ARCHIVE: _rule(ENDED, Party.ACCEPTING, Party.SUPERVISOR),
    Action.REOPEN: _rule({Status.CONCLUDED, Status.ISSUED}, Party.SUPERVISOR),
}


@dataclass(frozen=True, slots=True)
class TaskView:
    """An open task as the rules see it. `mine`: claimed by who asks; `pooled`: by nobody."""

    function: str
    workable: bool
    """Who asks has the task's role at its organisation."""
    mine: bool
    pooled: bool

    @property
    def held(self) -> bool:
        return self.workable and (self.mine or self.pooled)


@dataclass(frozen=True, slots=True)
class Situation:
    """A case and who asks, reduced to what the rules need."""

    status: Status
    suspended: bool
    correction_pending: bool
    correction_told: bool
    """A correction was asked for once: the law allows no second time."""
    returned: bool
    promise_open: bool
    """A promised material has not come (容缺): nothing is decided in favour before it has."""
    extension_pending: bool
    extension_requested_by_me: bool
    tasks: tuple[TaskView, ...]
    parties: frozenset[Party]
    """Parties other than HOLDER, which follows from the tasks."""


def legal(action: Action, case: Situation) -> bool:
    """Whether this action may be taken now by who asks."""
    rule = RULES[action]
    if case.status not in rule.statuses:
        return False
    if case.suspended and not rule.while_suspended:
        return False
    return _party_fits(rule, case) and _details_fit(action, case)


def waits_for_promise(action: Action, case: Situation) -> bool:
    """Whether nothing but a promised material stands against this action."""
    return not legal(action, case) and legal(action, replace(case, promise_open=False))


@lru_cache(maxsize=4096)
def allowed_actions(case: Situation) -> tuple[Action, ...]:
    """All that is legal, in the order of `Action`. Counters meet the same few situations."""
    return tuple(action for action in Action if legal(action, case))


def held_tasks(action: Action, case: Situation) -> list[int]:
    """Positions in `case.tasks` of those that the action may be taken on."""
    functions = RULES[action].functions
    return [
        index
        for index, task in enumerate(case.tasks)
        if task.held and (not functions or task.function in functions)
    ]


def _party_fits(rule: Rule, case: Situation) -> bool:
    if rule.parties & case.parties:
        return True
    return Party.HOLDER in rule.parties and any(
        task.held and (not rule.functions or task.function in rule.functions) for task in case.tasks
    )


def _details_fit(action: Action, case: Situation) -> bool:  # noqa: PLR0911 - one line an action
    match action:
        case Action.CLAIM:
            return any(task.workable and task.pooled for task in case.tasks)
        case Action.RELEASE:
            return any(task.mine for task in case.tasks)
        case Action.REQUEST_CORRECTION:
            return not case.correction_told
        case Action.ACCEPT:
            return not case.correction_pending
        case Action.SUBMIT_CORRECTION:
            return case.correction_pending or (case.returned and _holds(case, "accept"))
        case Action.TRANSFER:
            return bool(case.tasks)
        case Action.RESUME:
            return case.suspended
        case Action.REQUEST_EXTENSION:
            return not case.extension_pending
        case Action.DECIDE_EXTENSION:
            return case.extension_pending and not case.extension_requested_by_me
        case Action.APPROVE | Action.FILE:
            return not case.promise_open
        case Action.ARCHIVE:
            return not case.tasks
        case _:
            return True


def _holds(case: Situation, function: str) -> bool:
    return any(task.held and task.function == function for task in case.tasks)


TaskFunction = Literal[
    "pre_review", "accept", "first_review", "review", "carry_out", "approve", "file", "issue"
]
"""What is done in a task: the functions of a process, what precedes it and what follows it."""

WORKED_BY: dict[str, Role] = {
    "pre_review": Role.PRE_REVIEWER,
    "accept": Role.CLERK,
    "first_review": Role.PRE_REVIEWER,
    "review": Role.REVIEWER,
    "carry_out": Role.AGENT_RUNNER,
    "approve": Role.REVIEWER,
    "file": Role.REVIEWER,
    "issue": Role.CLERK,
}
"""The role of a task where the process definition names none."""
