"""A serial port that may vanish at any moment."""

import contextlib
import time
from types import TracebackType

import serial

from tongban_bridge.faults import Fault

SLICE = 0.02
"""Seconds that one read blocks."""

_GONE: tuple[type[Exception], ...] = (serial.SerialException, OSError, TypeError)
"""What pyserial raises when a port is pulled out; the TypeError is a closed descriptor's."""

with contextlib.suppress(ImportError):  # Windows
    import termios

    _GONE += (termios.error,)


class SerialPort:
    """One port, opened by its name (`COM3`, `/dev/ttyUSB0`) or a URL of pyserial
    (`hwgrep://VID:PID`, `socket://host:port`), 8 data bits, no parity, 1 stop bit."""

    def __init__(self, name: str, baud: int, *, write_seconds: float = 1.0) -> None:
        try:
            self._port = serial.serial_for_url(
                name, baudrate=baud, timeout=SLICE, write_timeout=write_seconds, exclusive=True
            )
        except serial.SerialException as problem:
            # Not ours to open, or another program (a second bridge, the doctor) has it.
            denied = isinstance(problem.__context__, PermissionError | BlockingIOError)
            raise Fault("port_denied" if denied else "port_missing", name) from None
        except (OSError, ValueError):
            raise Fault("port_missing", name) from None
        self.name = name

    def write(self, data: bytes) -> None:
        """Send all of it, after dropping what arrived unasked.

        Raises:
            Fault: `unplugged`.
        """
        try:
            self._port.reset_input_buffer()
            self._port.write(data)
        except _GONE:
            raise Fault("unplugged", self.name) from None

    def reply(self, data: bytes) -> None:
        """Send all of it and keep what arrived meanwhile.

        Raises:
            Fault: `unplugged`.
        """
        try:
            self._port.write(data)
        except _GONE:
            raise Fault("unplugged", self.name) from None

    def read(self, until: float) -> bytes:
        """What arrives first, empty at the monotonic time `until`.

        Raises:
            Fault: `unplugged`.
        """
        try:
            while time.monotonic() < until:
                if first := self._port.read(1):
                    # With what came along: a card is looked for ten times a second, all day.
                    return bytes(first + self._port.read(self._port.in_waiting))
        except _GONE:
            raise Fault("unplugged", self.name) from None
        return b""

    def probe(self) -> None:
        """See whether the port is still there.

        Raises:
            Fault: `unplugged`.
        """
        try:
            _ = self._port.in_waiting
        except _GONE:
            raise Fault("unplugged", self.name) from None

    def close(self) -> None:
        """Let go of it, also when it is gone."""
        # pyserial leaves a socket open whose other end is gone already.
        connection = getattr(self._port, "_socket", None)
        with contextlib.suppress(*_GONE):
            self._port.close()
        if connection:
            connection.close()

    def __enter__(self) -> "SerialPort":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
