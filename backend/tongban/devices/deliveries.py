"""What bridges deliver: each counts once, and none is lost because it came late."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tongban.core import clock
from tongban.core.problems import Invalid
from tongban.core.schemas import InputModel
from tongban.core.texts import Text
from tongban.core.validation import field_errors
from tongban.devices import commands, readings
from tongban.devices import schemas as s
from tongban.devices.hub import Nudge
from tongban.devices.models import Bridge, Command, Delivery
from tongban.devices.problems import DeliveryTaken
from tongban.devices.rules import OPEN, CommandKind, Ending, State
from tongban.evaluations import service as evaluations
from tongban.files.models import File
from tongban.identity import audit
from tongban.identity.actor import Actor, Origin
from tongban.identity.models import Staff
from tongban.organisations.service import get_tree

Shape = TypeVar("Shape", bound=InputModel)

BAD_RESULT = "bad_result"
_FOREIGN = Text("文件不存在，或不属于这次扫描", "No such file of this scan")
_ANSWER = Text("请给出等级，或说明没有等级的原因", "Either a level or the reason why there is none")


async def accept(
    session: AsyncSession, bridge: Bridge, body: s.DeliveryIn, origin: Origin
) -> tuple[s.DeliveryOut, list[Nudge]]:
    """Take a delivery in; one that is known already changes nothing.

    What comes for a command that is over is kept without changing its state. Raises `NotFound`
    for a command that was never this bridge's, `DeliveryTaken`.
    """
    command = await commands.for_bridge(session, bridge, body.command_id)
    known = await session.get(Delivery, body.id)
    if known is not None:
        if known.command_id != command.id:
            raise DeliveryTaken
        return s.DeliveryOut(id=known.id, late=known.late), []
    late = command.state not in OPEN
    ending = await _keep(_Done(session, bridge, command, body, origin))
    session.add(
        Delivery(
            id=body.id,
            bridge_id=bridge.id,
            sequence=body.sequence,
            command_id=command.id,
            at=body.at,
            received_at=clock.now(),
            state=ending.state,
            problem=ending.problem,
            problem_detail=ending.detail,
            late=late,
        )
    )
    if not late:
        command.state, command.ended_at = ending.state, clock.now()
        command.problem, command.problem_detail = ending.problem, ending.detail
        command.taken_by = command.taken_by or bridge.id
    await session.flush()
    return s.DeliveryOut(id=body.id, late=late), [commands.nudge(command)]


@dataclass(frozen=True, slots=True)
class _Done:
    """A delivery of something done, with what is needed to keep its result."""

    session: AsyncSession
    bridge: Bridge
    command: Command
    body: s.DeliveryIn
    origin: Origin

    def read(self, shape: type[Shape]) -> Shape:
        """The result in the shape of the command's kind. Raises `Invalid`."""
        try:
            return shape.model_validate(self.body.outcome.result)
        except ValidationError as error:
            raise Invalid(errors=field_errors(error.errors())) from error

    def keep(self, result: s.ScanOut | s.PrintOut | s.EvaluateOut) -> None:
        """The first result stays: a late second one does not replace what was shown."""
        if self.command.result is None:
            self.command.result = result.model_dump(mode="json")


async def _keep(done: _Done) -> Ending:
    """Keep what was done, and say how that ends the command.

    A result that is none is not refused: the bridge has nothing better, and the clerk waits.
    """
    outcome = done.body.outcome
    if outcome.state == "failed":
        return Ending(State.FAILED, outcome.code or "failed", outcome.detail)
    if outcome.state == "cancelled":
        return Ending(State.CANCELLED)
    try:
        await _KEEP[CommandKind(done.command.kind)](done)
    except Invalid as refused:
        places = " ".join(f"{error.pointer} {error.code}" for error in refused.errors)
        return Ending(State.FAILED, BAD_RESULT, places[:500])
    return Ending(State.DONE)


async def _keep_card(done: _Done) -> None:
    card = done.read(s.CardIn)
    await readings.keep(done.session, done.command, card)
    await audit.record(
        done.session,
        actor=await on_behalf(done.session, done.command, done.origin),
        action="card.read",
        subject=f"window:{(await get_tree(done.session))[done.command.window_id].code}",
        details={
            "command": str(done.command.id),
            "bridge": str(done.bridge.id),
            "layout": card.layout,
            "authenticated": card.authenticated,
        },
    )


async def _keep_scan(done: _Done) -> None:
    files = done.read(s.ScanResultIn).file_ids
    own = await done.session.scalars(
        select(File.id).where(File.id.in_(files), File.uploaded_by == done.command.asked_by)
    )
    if set(files) - set(own):
        raise Invalid.field("/file_ids", "file_unknown", _FOREIGN)
    done.keep(s.ScanOut(file_ids=files))


async def _keep_print(done: _Done) -> None:
    done.keep(s.PrintOut(printed_at=done.read(s.PrintResultIn).printed_at))


async def _keep_evaluation(done: _Done) -> None:
    """The bridge closes the window for presses at the command's end by itself, so what comes
    later was still pressed in time; what was called off has no window."""
    given = done.read(s.EvaluateResultIn)
    if (given.level is None) == (given.reason is None):
        raise Invalid.field("/level", "level_or_reason", _ANSWER)
    case_id = done.command.case_id
    if done.command.state == State.CANCELLED or case_id is None:
        return
    answer = given.level or _REASONS[given.reason or "timeout"]
    await evaluations.record(
        done.session,
        case_id,
        answer=answer,
        window_id=done.command.window_id,
        bridge_id=done.bridge.id,
        at=done.body.at,
    )
    done.keep(s.EvaluateOut(finished=answer is not evaluations.Reason.TIMED_OUT))


_REASONS = {
    "timeout": evaluations.Reason.TIMED_OUT,
    "skipped": evaluations.Reason.SKIPPED,
}
_KEEP: dict[CommandKind, Callable[[_Done], Awaitable[None]]] = {
    CommandKind.READ_CARD: _keep_card,
    CommandKind.SCAN: _keep_scan,
    CommandKind.PRINT: _keep_print,
    CommandKind.PRINT_SLIP: _keep_print,
    CommandKind.EVALUATE: _keep_evaluation,
}


async def on_behalf(session: AsyncSession, command: Command, origin: Origin) -> Actor:
    """Who asked, for what happens in their name: without grants, nothing more is theirs to do."""
    staff = await session.get_one(Staff, command.asked_by)
    return Actor(staff.id, staff.username, staff.name, staff.organisation_id, (), origin=origin)
