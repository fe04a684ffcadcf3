"""Slip printers: ESC/POS, Chinese in GB18030, or drawn where the printer has no Chinese font."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from tongban_bridge.device import Command, Documents, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.isolated import Child
from tongban_bridge.serialport import SerialPort

_WHY_OFFLINE = b"\x10\x04\x02"
_PAPER_AFTERWARDS = b"\x1d\x72\x01"
_ANSWER_SECONDS = 0.5
_SENDING_SECONDS = 30.0
_COMPOSING_SECONDS = 30.0


class SlipPrinter:
    """A printer on a serial port, at `socket://host:9100`, or at a file like `/dev/usb/lp0`.

    `columns` is how many Latin letters a line has: 32 on paper of 58 mm, 48 on 80 mm. With `font`,
    the path of a font, everything is drawn.
    """

    kind = "slip_printer"
    commands = frozenset({"print_slip"})

    def __init__(
        self,
        id: str,
        name: str,
        port: str,
        *,
        documents: Documents,
        baud: int = 9600,
        columns: int = 32,
        font: str | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self._where = port
        self._documents = documents
        self._baud = baud
        self._columns = columns
        self._font = font

    def check(self) -> None:
        """Open the port and, where the printer answers, ask how it is."""
        port = self._open()
        try:
            _examine(port)
        finally:
            port.close()

    def run(self, command: Command, turn: Turn) -> Outcome:
        """Print a slip of the platform's."""
        self._print(self._documents.fetch(command.id), turn)
        return Outcome({"printed_at": datetime.now(UTC).isoformat()})

    def print_test(self) -> None:
        """Print a slip that shows that it can."""
        now = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"
        lines = [{"label": "时间", "value": now}, {"label": "Test", "value": "OK"}]
        slip = {"title": "通办 测试页", "lines": lines, "qr": "https://example.org/"}
        self._print(json.dumps(slip).encode(), Turn())

    def close(self) -> None:
        """Nothing stays open."""

    def _open(self) -> "_Port":
        if self._where.startswith("/dev/usb/"):
            return _FilePort(self._where)
        try:
            return SerialPort(self._where, self._baud, write_seconds=_SENDING_SECONDS)
        except Fault as fault:
            if self._where.startswith("socket:"):
                raise Fault("device_offline", self._where) from None
            raise fault from None

    def _print(self, slip: bytes, turn: Turn) -> None:
        font = [self._font] if self._font else []
        child = Child("tongban_bridge.printer.slip_layout", [str(self._columns), *font])
        child.give(slip)
        content = child.finish(_COMPOSING_SECONDS)
        port = self._open()
        try:
            answers = _examine(port)
            if not turn.pause(0):
                raise Fault("expired")
            try:
                port.reply(content + (_PAPER_AFTERWARDS if answers else b""))
                # Printers that answer do so after what came before, so the slip is out then.
                after = _answer(port, min(turn.left, _SENDING_SECONDS)) if answers else 0
            except Fault:
                raise Fault("unconfirmed", self._where) from None
            if after is None or after & 0x0C:
                raise Fault("unconfirmed", self._where)
        finally:
            port.close()


class _Port(Protocol):
    def reply(self, data: bytes) -> None: ...

    def read(self, until: float) -> bytes: ...

    def close(self) -> None: ...


class _FilePort:
    """A printer that the system shows as a file; it can only be written to."""

    def __init__(self, path: str) -> None:
        try:
            self._file = Path(path).open("r+b", buffering=0)  # noqa: SIM115  closed by `close`
        except PermissionError:
            raise Fault("port_denied", path) from None
        except OSError:
            raise Fault("device_missing", path) from None

    def reply(self, data: bytes) -> None:
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError:
            raise Fault("unplugged") from None

    def read(self, _until: float) -> bytes:
        return b""

    def close(self) -> None:
        self._file.close()


def _examine(port: _Port) -> bool:
    """Whether the printer answers at all; many are deaf, and print all the same.

    Raises:
        Fault: why it will not print.
    """
    port.reply(_WHY_OFFLINE)
    status = _answer(port, _ANSWER_SECONDS)
    if status is None or status & 0x93 != 0x12:
        return False
    for bit, code in ((0x04, "printer_open"), (0x20, "paper_out"), (0x40, "printer_stopped")):
        if status & bit:
            raise Fault(code)
    return True


def _answer(port: _Port, seconds: float) -> int | None:
    received = port.read(time.monotonic() + seconds)
    return received[-1] if received else None
