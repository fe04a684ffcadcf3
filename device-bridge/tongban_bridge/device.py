"""What every device is to the bridge: one small interface, served by one thread each."""

import threading
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from tongban_bridge.faults import Fault

LOOK_OVER_HTTP = 3.0
"""Seconds between two looks at an idle device on the network: nobody plugs it in while a clerk
waits, and a call costs ten times what a word over a cable does."""

IDLE_WAIT = 30.0
"""Seconds that a person is given at a device where the command itself says nothing."""


@dataclass(frozen=True)
class Command:
    """What the platform wants of a device."""

    id: str
    kind: str
    parameters: dict[str, Any]
    expires_at: datetime


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a result, at most once on disk and always sealed there."""

    media_type: str
    content: bytes


@dataclass(frozen=True)
class Outcome:
    """What came of a command, in the words of the contract."""

    result: dict[str, Any]
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class DeviceState:
    """How a device is: `state` ready, busy, absent or fault; `card` whether a card lies there."""

    id: str
    kind: str
    name: str
    state: str
    code: str | None = None
    detail: str | None = None
    card: bool | None = None

    def as_json(self) -> dict[str, str | bool | None]:
        """As the contract spells it."""
        return asdict(self)


class Turn:
    """The time in which a command may still work: until its end, or until it is cancelled."""

    def __init__(self, seconds: float = IDLE_WAIT) -> None:
        self._ends = time.monotonic() + seconds
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End the turn now, from any thread."""
        self._cancelled.set()

    @property
    def left(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._ends - time.monotonic())

    def pause(self, seconds: float) -> bool:
        """Wait; whether the turn goes on.

        Raises:
            Fault: `cancelled`.
        """
        if self._cancelled.wait(min(seconds, self.left)):
            raise Fault("cancelled")
        return self.left > 0


class Documents(Protocol):
    """Where a printer gets what to print."""

    def fetch(self, command_id: str, /) -> bytes:
        """The document of a print command."""
        ...


class Device(Protocol):
    """A device; every method is called by its one thread only."""

    id: str
    kind: str
    name: str
    commands: frozenset[str]

    def check(self) -> None:
        """See whether it can be used, opening it where needed; called while it is idle.

        Raises:
            Fault: why it cannot.
        """

    def run(self, command: Command, turn: Turn, /) -> Outcome:
        """Do what a command of `commands` wants.

        Raises:
            Fault: why it did not happen.
        """

    def close(self) -> None:
        """Let go of it."""
