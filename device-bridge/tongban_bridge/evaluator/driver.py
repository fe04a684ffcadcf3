"""The driver of serial evaluators. Only the platform opens the window in which a press counts."""

import time

from tongban_bridge.device import Command, Outcome, Turn
from tongban_bridge.evaluator.frames import LONGEST, load_map
from tongban_bridge.faults import Fault
from tongban_bridge.serialport import SerialPort

PATIENCE = 30.0
"""Seconds that a resident has to press a key."""

_SLICE = 0.1


class Evaluator:
    """One evaluator; several may share a line, told apart by their address."""

    kind = "evaluator"
    commands = frozenset({"evaluate"})

    def __init__(
        self,
        id: str,
        name: str,
        port: str,
        *,
        frames: str = "hall",
        address: int = 1,
        clerk: str = "",
        patience: float = PATIENCE,
    ) -> None:
        self.id = id
        self.name = name
        self._where = port
        self._map = load_map(frames)
        self._address = address
        self._clerk = clerk
        self._patience = patience
        self._port: SerialPort | None = None

    def check(self) -> None:
        """Open the port, greet, and see whether the port is still there."""
        if self._port is None:
            self._port = SerialPort(self._where, self._map.baud)
            self._tell("welcome")
            self._tell("clerk")
        try:
            self._port.probe()
        except Fault:
            self.close()
            raise

    def run(self, _command: Command, turn: Turn) -> Outcome:
        """Ask for a press; nobody pressing is an answer too, and no rating."""
        self.check()
        try:
            self._tell("start")
            key = self._pressed(turn)
            if key is None:
                self._tell("stop")
                return Outcome({"level": None, "reason": "timeout"})
            self._tell("acknowledge", key)
        except Fault as fault:
            if fault.code != "cancelled":
                self.close()
                raise
            self._tell("stop")
            raise
        if key in self._map.skip:
            return Outcome({"level": None, "reason": "skipped"})
        return Outcome({"level": self._map.levels[key]})

    def close(self) -> None:
        """Let go of the port."""
        if self._port:
            self._port.close()
        self._port = None

    def _pressed(self, turn: Turn) -> int | None:
        port = self._port
        ends = time.monotonic() + min(turn.left, self._patience)
        received = b""
        while port and turn.pause(0) and time.monotonic() < ends:
            received += port.read(min(ends, time.monotonic() + _SLICE))
            for key in self._map.keys(received, address=self._address):
                if key in self._map.levels or key in self._map.skip:
                    return key
            received = received[-LONGEST:]
        return None

    def _tell(self, name: str, key: int = 0) -> None:
        frame = self._map.compose(name, address=self._address, key=key, clerk=self._clerk)
        if frame and self._port:
            self._port.write(frame)
