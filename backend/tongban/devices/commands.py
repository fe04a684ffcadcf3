"""Commands: asked by a clerk, taken by a bridge, seen through or called off."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.cases import reading
from tongban.cases.idempotency import claim
from tongban.cases.models import Case
from tongban.core import clock
from tongban.core.ids import new_id
from tongban.core.problems import NotFound
from tongban.core.settings import Settings
from tongban.devices import documents, readings, rules
from tongban.devices import schemas as s
from tongban.devices.access import seated_window
from tongban.devices.bridges import paired_at
from tongban.devices.hub import Hub, Nudge
from tongban.devices.models import Bridge, Command, Delivery
from tongban.devices.problems import AlreadyEvaluated, CommandOver, NoBridge
from tongban.devices.rules import BridgeKind, CommandKind, DeviceKind, State
from tongban.evaluations.service import is_answered
from tongban.identity.actor import Actor
from tongban.organisations.service import get_tree

_RESULTS: dict[CommandKind, type[s.ScanOut | s.PrintOut | s.EvaluateOut]] = {
    CommandKind.SCAN: s.ScanOut,
    CommandKind.PRINT: s.PrintOut,
    CommandKind.PRINT_SLIP: s.PrintOut,
    CommandKind.EVALUATE: s.EvaluateOut,
}


def nudge(command: Command) -> Nudge:
    """That a command is in another state."""
    return Nudge("command", command.window_id, str(command.id), command.kind, command.state)


async def ask(
    session: AsyncSession,
    settings: Settings,
    hub: Hub,
    actor: Actor,
    code: str,
    body: s.CommandIn,
    key: str | None,
) -> tuple[s.CommandOut, list[Nudge]]:
    """Ask the devices of a window for something; a retry with the same key gets the same command.

    Raises `NotFound` for a case that the actor does not see, `NoPaper`, `NoBridge`,
    `AlreadyEvaluated`.
    """
    window = seated_window(await get_tree(session), actor, code)
    kind, parameters, now = CommandKind(body.kind), body.parameters.model_dump(), clock.now()
    command_id = new_id()
    on = f"POST /devices/windows/{window.code}/commands"
    first = await claim(session, actor, key, body, command_id, on)
    if first is not None:
        return await read(session, actor, first), []
    target = rules.target(kind, await _candidates(session, hub, window.id))
    if target is None:
        raise NoBridge
    case = await _case(session, actor, parameters.get("case_number"))
    if kind is CommandKind.EVALUATE and case and await is_answered(session, case.id):
        raise AlreadyEvaluated
    command = Command(
        id=command_id,
        window_id=window.id,
        target=target,
        kind=kind,
        parameters=parameters,
        case_id=case.id if case else None,
        state=State.WAITING,
        asked_by=actor.staff_id,
        asked_at=now,
        expires_at=now + rules.LIFETIMES[kind],
    )
    session.add(command)
    await session.flush()
    await documents.make(session, settings, actor, command)
    return await _show(session, actor, command), [nudge(command)]


async def _case(session: AsyncSession, actor: Actor, number: str | None) -> Case | None:
    """The case that a command is about. A draft is none yet, and may be deleted again."""
    if number is None:
        return None
    case = await reading.find(session, actor, number)
    if case.number is None:
        raise NotFound
    return case


async def _candidates(session: AsyncSession, hub: Hub, window_id: int) -> list[rules.Candidate]:
    bridges = await paired_at(session, [window_id])
    online = await hub.online(bridge.id for bridge in bridges)
    return [
        rules.Candidate(
            kind=BridgeKind(bridge.kind),
            # What nobody knows of must not keep a clerk from asking.
            online=online is None or bridge.id in online,
            evaluates=bridge.kind == BridgeKind.TABLET
            or any(device["kind"] == DeviceKind.EVALUATOR for device in bridge.devices),
        )
        for bridge in bridges
    ]


async def read(session: AsyncSession, actor: Actor, command_id: UUID) -> s.CommandOut:
    """A command and what came of it, for who asked. Raises `NotFound`."""
    return await _show(session, actor, await _own(session, actor, command_id))


async def _own(
    session: AsyncSession, actor: Actor, command_id: UUID, *, lock: bool = False
) -> Command:
    command = await session.get(Command, command_id, with_for_update=lock)
    if command is None or command.asked_by != actor.staff_id:
        raise NotFound
    return command


async def cancel(
    session: AsyncSession, actor: Actor, command_id: UUID
) -> tuple[s.CommandOut, list[Nudge]]:
    """Call a command off. What its bridge does all the same is kept as late. Raises `NotFound`,
    `CommandOver`."""
    command = await _own(session, actor, command_id, lock=True)
    if command.state == State.CANCELLED:
        return await _show(session, actor, command), []
    if command.state not in rules.OPEN:
        raise CommandOver
    command.state, command.ended_at = State.CANCELLED, clock.now()
    await session.flush()
    return await _show(session, actor, command), [nudge(command)]


async def _show(session: AsyncSession, actor: Actor, command: Command) -> s.CommandOut:
    kind = CommandKind(command.kind)
    result: s.CardOut | s.ScanOut | s.PrintOut | s.EvaluateOut | None = None
    if kind is CommandKind.READ_CARD:
        result = await readings.of(session, actor, command.id)
    elif command.result is not None:
        result = _RESULTS[kind](**command.result)
    problem = None
    if command.problem:
        problem = s.CommandProblem(code=command.problem, detail=command.problem_detail)
    return s.CommandOut(
        id=command.id,
        kind=kind,
        parameters=command.parameters,
        state=State(command.state),
        asked_at=command.asked_at,
        expires_at=command.expires_at,
        problem=problem,
        result=result,
    )


# --- The bridge's side ---


async def for_bridge(session: AsyncSession, bridge: Bridge, command_id: UUID) -> Command:
    """A command that was meant for this bridge, locked. Raises `NotFound`.

    By window and kind: a bridge that was paired anew still delivers what it did before.
    """
    command = await session.get(Command, command_id, with_for_update=True)
    if command is None or not _is_for(command, bridge):
        raise NotFound
    return command


def _is_for(command: Command, bridge: Bridge) -> bool:
    return command.window_id == bridge.window_id and command.target == bridge.kind


async def waiting(session: AsyncSession, bridge: Bridge) -> list[dict[str, Any]]:
    """What waits for this bridge and is still worth doing, as the stream carries it."""
    found = await session.scalars(
        select(Command)
        .where(
            Command.window_id == bridge.window_id,
            Command.target == bridge.kind,
            Command.state == State.WAITING,
            Command.expires_at > clock.now(),
        )
        .order_by(Command.asked_at, Command.id)
    )
    return [
        {
            "id": str(command.id),
            "kind": command.kind,
            "parameters": command.parameters,
            "expires_at": command.expires_at.isoformat(),
        }
        for command in found
    ]


async def called_off(session: AsyncSession, bridge: Bridge) -> list[UUID]:
    """What this bridge took and was cancelled while it was away: it may not have begun."""
    told = exists().where(Delivery.command_id == Command.id)
    found = await session.scalars(
        select(Command.id)
        .where(
            Command.state == State.CANCELLED,
            Command.expires_at > clock.now() - rules.PATIENCE,
            Command.taken_by == bridge.id,
            ~told,
        )
        .order_by(Command.id)
    )
    return list(found)


async def take(session: AsyncSession, bridge: Bridge, command_id: UUID) -> Nudge | None:
    """Note that a bridge has a command. None where it had it already, or takes what is not there
    to be taken: raises `CommandOver` where it should let go of it."""
    taken = await session.scalar(
        update(Command)
        .where(
            Command.id == command_id,
            Command.window_id == bridge.window_id,
            Command.target == bridge.kind,
            Command.state == State.WAITING,
            Command.expires_at > clock.now(),
        )
        .values(state=State.TAKEN, taken_by=bridge.id)
        .returning(Command)
    )
    if taken is not None:
        return nudge(taken)
    command = await session.get(Command, command_id)
    if command is None or not _is_for(command, bridge):
        return None
    if command.state in (State.WAITING, State.CANCELLED, State.EXPIRED):
        raise CommandOver
    return None
