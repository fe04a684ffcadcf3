"""One thread for one device: it looks after the device while idle and runs its commands in turn."""

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from tongban_bridge.device import Command, Device, DeviceState, Outcome, Turn
from tongban_bridge.faults import Fault

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at an idle device: what is plugged in is ready that soon. A driver
whose looks cost more says its own `look_every`."""

LOOK_AT_LEAST_EVERY = 30.0

_ABSENT = frozenset({"port_missing", "unplugged", "device_missing", "device_offline"})


@dataclass(frozen=True)
class Job:
    """A command with its time and what to call at its beginning and at its end."""

    command: Command
    turn: Turn
    begin: Callable[[], None]
    end: Callable[[Outcome | Fault], None]


class Worker:
    """Serves one device; `changed` is called from its thread when the device's state changes."""

    def __init__(
        self, device: Device, changed: Callable[[], None], *, look_every: float | None = None
    ) -> None:
        self.device = device
        self._changed = changed
        own: float = getattr(device, "look_every", LOOK_EVERY)
        self._look_every = look_every or own
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._fault: Fault | None = Fault("starting")
        self._busy = False
        self._until_next_look = self._look_every
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, name=f"device {device.id}", daemon=True)

    @property
    def state(self) -> DeviceState:
        """How the device was seen last."""
        device, fault = self.device, self._fault
        if self._busy:
            return DeviceState(device.id, device.kind, device.name, "busy")
        if fault is None:
            # Only readers that notice a card without reading it have this.
            card = getattr(device, "card", None)
            return DeviceState(device.id, device.kind, device.name, "ready", card=card)
        state = "absent" if fault.code in _ABSENT else "fault"
        detail = fault.detail[:500] if fault.detail else None
        return DeviceState(device.id, device.kind, device.name, state, fault.code, detail)

    def start(self) -> None:
        """Begin to look after the device."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Have a command run after those submitted before."""
        self._jobs.put(job)

    def stop(self) -> None:
        """Finish the command at hand, leave the others, let go of the device."""
        self._stopping = True
        self._jobs.put(None)
        self._thread.join(timeout=10)

    def _serve(self) -> None:
        self._look()
        while not self._stopping:
            try:
                job = self._jobs.get(timeout=self._until_next_look)
            except queue.Empty:
                self._look()
                continue
            if job and not self._stopping:
                try:
                    self._run(job)
                except Exception:
                    # A full disk, say. The journal knows that the command had begun.
                    log.exception("%s: its result could not be kept", self.device.id)
        self.device.close()

    def _look(self) -> None:
        """See how the device is. A look that takes long is taken seldom: it is mostly waiting, and
        the rest of it has to stay below 1 % of a processor."""
        began = time.monotonic()
        self._examine()
        took = time.monotonic() - began
        self._until_next_look = max(self._look_every, min(20 * took, LOOK_AT_LEAST_EVERY))

    def _examine(self) -> None:
        before = self.state
        try:
            self.device.check()
        except Fault as fault:
            self._fault = fault
        except Exception:
            log.exception("%s: checking it failed", self.device.id)
            self._fault = Fault("internal")
        else:
            self._fault = None
        if self.state != before:
            self._changed()

    def _run(self, job: Job) -> None:
        self._busy = True
        self._changed()
        try:
            ended = self._attempt(job)
        finally:
            self._busy = False
        job.end(ended)
        self._changed()
        if isinstance(ended, Fault):
            self._look()

    def _attempt(self, job: Job) -> Outcome | Fault:
        try:
            if not job.turn.pause(0):
                return Fault("expired")
            job.begin()
            return self.device.run(job.command, job.turn)
        except Fault as fault:
            return fault
        except Exception as problem:
            # The words of what nobody expected may quote what was read; the log gets the place.
            place = "".join(traceback.format_tb(problem.__traceback__))
            kind = type(problem).__name__
            log.error("%s: running %s: %s\n%s", self.device.id, job.command.kind, kind, place)
            return Fault("internal", kind)
