"""A case being worked on: what every state change needs, collected once and written once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import events, writing
from tongban.cases.inputs import ActionIn
from tongban.cases.models import Case, Task
from tongban.cases.problems import ActionNotAllowed
from tongban.cases.rules import WORKED_BY
from tongban.core.fixed import unwritten
from tongban.core.ids import new_id
from tongban.core.settings import Settings
from tongban.deadlines.rules import Calendar
from tongban.deadlines.service import due_on
from tongban.identity.actor import Actor
from tongban.matters.schemas import Version
from tongban.organisations.tree import Tree
from tongban.routing.definitions import Function
from tongban.routing.rules import ConcreteStep, Path


@dataclass
class Work:
    """One case inside one transaction, its row locked. `tasks` are the open ones.

    `actor` is None where the system acts. Handlers change `case` and `tasks` and log events;
    `save` writes what they left to write.
    """

    session: AsyncSession
    settings: Settings
    actor: Actor | None
    tree: Tree
    calendar: Calendar
    case: Case
    matter: Version
    tasks: list[Task]
    body: ActionIn
    now: datetime
    task: Task | None = None
    """The task that the action is taken on, where it needs one."""
    logged: list[dict[str, Any]] = field(default_factory=list)
    joining: set[int] = field(default_factory=set)
    opened: list[Task] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.settings.zone).date()

    @property
    def staff_id(self) -> int | None:
        return self.actor.staff_id if self.actor else None

    @property
    def held_task(self) -> Task:
        if self.task is None:
            raise ActionNotAllowed(action=self.body.action)
        return self.task

    def log(self, event: str, from_status: str | None, **details: Any) -> None:
        """Chain an event; details that are None are left out."""
        self.logged.append(
            events.chain(
                self.case,
                event,
                actor=self.actor,
                tree=self.tree,
                at=self.now,
                from_status=from_status,
                step_key=self.task.step_key if self.task else None,
                comment=self.body.comment,
                details={key: value for key, value in details.items() if value is not None},
            )
        )

    def close(self, task: Task, state: str = "done") -> None:
        task.state = state
        task.done_at = self.now
        task.done_by = self.staff_id
        self.tasks.remove(task)

    def cancel_all(self) -> None:
        for task in list(self.tasks):
            self.close(task, "cancelled")

    def open(self, steps: Iterable[ConcreteStep]) -> None:
        """Open a task for each step that has none open."""
        held = {task.step_key for task in self.tasks}
        for step in steps:
            if step.key not in held:
                self.open_task(
                    step.key, str(step.function), step.unit.id, step.limit_days, step.role
                )

    def open_task(
        self, key: str, function: str, unit_id: int, limit_days: int, role: str | None = None
    ) -> None:
        due = due_on(self.calendar, self.settings, self.now, limit_days).date
        task = unwritten(
            Task,
            id=new_id(),
            case_id=self.case.id,
            step_key=key,
            function=function,
            role=role or WORKED_BY[function],
            organisation_id=unit_id,
            state="open",
            limit_days=limit_days,
            opened_at=self.now,
            due_on=due if function == "issue" else within(self.case, due),
        )
        self.opened.append(task)
        self.tasks.append(task)
        self.joining.add(unit_id)

    def rows(self) -> writing.Rows:
        """What the change adds, by table."""
        return {
            "tasks": [vars(task) for task in self.opened],
            "case_scope": scope_rows(self.case, self.tree, self.joining),
            "events": self.logged,
            "outbox": [outbox_row(self.case, self.logged, self.now)],
        }

    async def save(self) -> None:
        """Write what changed, and what the change adds."""
        await self.session.flush()
        await writing.save(self.session, self.rows())


def within(case: Case, due: date) -> date:
    """A step's own due date, but never after the day on which its case is due."""
    return min(due, case.due_on) if case.due_on else due


def outbox_row(case: Case, rows: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    return {
        "topic": "case.changed",
        "case_id": case.id,
        "payload": {"events": [row["event"] for row in rows], "version": case.version},
        "at": now,
    }


def scope_rows(case: Case, tree: Tree, units: Iterable[int]) -> list[dict[str, Any]]:
    """Rows of `case_scope` for these organisations and all above them."""
    taking_part = {
        above.id for unit in units for above in (tree[unit], *tree.ancestors(tree[unit]))
    }
    return [
        {"organisation_id": unit, "at": case.registered_at, "case_id": case.id}
        for unit in sorted(taking_part)
    ]


def stored_path(path: Path) -> list[dict[str, Any]]:
    return [
        {
            "key": step.key,
            "function": str(step.function),
            "organisation_id": step.unit.id,
            "role": step.role,
            "limit_days": step.limit_days,
            "stage": step.stage,
            "parallel_group": step.parallel_group,
            "merged_into": step.merged_into,
        }
        for step in path
    ]


def path_of(case: Case, tree: Tree) -> Path:
    """The concrete route as it was fixed."""
    return tuple(
        ConcreteStep(
            key=step["key"],
            function=Function(step["function"]),
            unit=tree[step["organisation_id"]],
            role=step["role"],
            limit_days=step["limit_days"],
            stage=step["stage"],
            parallel_group=step["parallel_group"],
            merged_into=step["merged_into"],
        )
        for step in case.path
    )


async def open_tasks(session: AsyncSession, case_id: UUID) -> list[Task]:
    found = await session.scalars(
        select(Task).where(Task.case_id == case_id, Task.state == "open").order_by(Task.opened_at)
    )
    return list(found)


def units_of(case: Case) -> set[int]:
    """Every organisation that takes part by the case's own record."""
    parties = {case.accepting_id, case.home_id, case.responsible_id, case.issuing_id}
    parties |= {step["organisation_id"] for step in case.path}
    return parties | ({case.window_id} if case.window_id else set())
