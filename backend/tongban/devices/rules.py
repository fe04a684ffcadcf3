"""Which command is where, and for how long: pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class BridgeKind(StrEnum):
    BRIDGE = "bridge"
    """The service on a counter PC."""
    TABLET = "tablet"
    """A page that shows the evaluation faces."""


class CommandKind(StrEnum):
    READ_CARD = "read_card"
    SCAN = "scan"
    PRINT = "print"
    PRINT_SLIP = "print_slip"
    EVALUATE = "evaluate"


class State(StrEnum):
    WAITING = "waiting"
    """No bridge has it."""
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class DeviceKind(StrEnum):
    ID_CARD = "id_card"
    SMART_CARD = "smart_card"
    SCANNER = "scanner"
    CAMERA = "camera"
    EVALUATOR = "evaluator"
    PRINTER = "printer"
    SLIP_PRINTER = "slip_printer"


OPEN = frozenset({State.WAITING, State.TAKEN})
ENDED = frozenset(State) - OPEN

LIFETIMES = {
    CommandKind.READ_CARD: timedelta(seconds=60),
    CommandKind.SCAN: timedelta(minutes=5),
    CommandKind.PRINT: timedelta(minutes=2),
    CommandKind.PRINT_SLIP: timedelta(minutes=2),
    CommandKind.EVALUATE: timedelta(seconds=90),
}
"""How long a command is worth doing: a card that is not laid down within a minute is not coming."""

PATIENCE = timedelta(minutes=5)
"""How much longer what a bridge has taken is waited for: it may have done it and be off line."""

READING_KEPT = timedelta(minutes=15)
CODE_LASTS = timedelta(minutes=10)

UNCONFIRMED = "unconfirmed"
"""Taken and never heard of again: somebody must look at the printer."""


@dataclass(frozen=True, slots=True)
class Ending:
    state: State
    problem: str | None = None
    detail: str | None = None


def overdue(kind: CommandKind, state: State, expires_at: datetime, now: datetime) -> Ending | None:
    """How time alone ends a command, if it does. Paper may be out, so printing is not merely
    over: it is unconfirmed."""
    if state is State.WAITING and now >= expires_at:
        return Ending(State.EXPIRED)
    if state is State.TAKEN and now >= expires_at + PATIENCE:
        if kind in (CommandKind.PRINT, CommandKind.PRINT_SLIP):
            return Ending(State.FAILED, UNCONFIRMED)
        return Ending(State.EXPIRED)
    return None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bridge of a window that a command might go to."""

    kind: BridgeKind
    online: bool
    evaluates: bool
    """It has a device on which residents can press a level."""


def target(kind: CommandKind, candidates: Iterable[Candidate]) -> BridgeKind | None:
    """Which kind of bridge is to do it; None where none is paired.

    Residents answer on the tablet rather than on the box with keys, if both are there and on.
    """
    able = [c for c in candidates if c.evaluates or kind is not CommandKind.EVALUATE]
    if kind is not CommandKind.EVALUATE:
        able = [c for c in able if c.kind is BridgeKind.BRIDGE]
    best = max(able, key=lambda c: (c.online, c.kind is BridgeKind.TABLET), default=None)
    return best.kind if best else None
