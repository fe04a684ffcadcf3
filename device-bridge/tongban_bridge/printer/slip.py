"""Slip printers: ESC/POS, Chinese in GB18030, or drawn where the printer has no Chinese font."""

import json
import tempfile
import time
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from tongban_bridge.device import Command, Documents, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.serialport import SerialPort

_CHINESE = b"\x1c\x26"
_WHY_OFFLINE = b"\x10\x04\x02"
_PAPER_AFTERWARDS = b"\x1d\x72\x01"
_ANSWER_SECONDS = 0.5
_SENDING_SECONDS = 30.0
_DOTS_A_COLUMN = 12
_QR_DOTS = 6


@dataclass(frozen=True)
class Slip:
    """What a slip says; `qr` is an address, empty for none."""

    title: str
    lines: list[tuple[str, str]]
    qr: str


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
        with tempfile.TemporaryDirectory(prefix="tongban-slip-") as folder:
            path = Path(folder) / "slip.json"
            self._documents.fetch(command.id, path)
            slip = parse(path.read_bytes())
        self._print(slip, turn)
        return Outcome({"printed_at": datetime.now(UTC).isoformat()})

    def print_test(self) -> None:
        """Print a slip that shows that it can."""
        now = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"
        self._print(
            Slip("通办 测试页", [("时间", now), ("Test", "OK")], "https://example.org/"), Turn()
        )

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

    def _print(self, slip: Slip, turn: Turn) -> None:
        content = compose(slip, self._columns, self._font)
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


def parse(content: bytes) -> Slip:
    """Read the platform's JSON.

    Raises:
        Fault: `document_missing`.
    """
    try:
        data: dict[str, Any] = json.loads(content)
        lines = [(str(line["label"]), str(line["value"])) for line in data["lines"]]
        return Slip(str(data["title"]), lines, str(data.get("qr") or ""))
    except (ValueError, KeyError, TypeError):
        raise Fault("document_missing", "slip") from None


def compose(slip: Slip, columns: int, font: str | None = None) -> bytes:
    """The bytes that print a slip and cut it."""
    from escpos.printer import Dummy

    printer = Dummy()
    # The library prints a complaint where its profile has no width.
    media = {"width": {"pixels": columns * _DOTS_A_COLUMN}}
    printer.profile.profile_data = {**printer.profile.profile_data, "media": media}
    printer.hw("INIT")
    if font:
        printer.image(_draw(slip, columns, font), impl="bitImageRaster")
    else:
        printer._raw(_CHINESE)
        printer.set(align="center", double_height=True)
        printer._raw(_encoded([slip.title]))
        printer.set(align="left", normal_textsize=True)
        printer._raw(_encoded(layout(slip, columns)))
    if slip.qr:
        printer.set(align="center")
        printer.qr(slip.qr, size=_QR_DOTS)
    printer.cut()
    return bytes(printer.output)


def layout(slip: Slip, columns: int) -> list[str]:
    """The lines of a slip, none wider than `columns`; Chinese characters take two."""
    lines = ["-" * columns]
    for label, value in slip.lines:
        together = _wrapped(f"{label}：{value}" if label else value, columns)
        apart = [*_wrapped(f"{label}：", columns), *_wrapped(value, columns)]
        # A number that a line can hold is not broken over two.
        lines += together if len(together) == 1 or not label else apart
    return [*lines, "-" * columns]


def _wrapped(text: str, columns: int) -> list[str]:
    lines, line, used = [], "", 0
    for character in text:
        width = 2 if unicodedata.east_asian_width(character) in "WFA" else 1
        if used + width > columns:
            lines.append(line)
            line, used = "", 0
        line += character
        used += width
    return [*lines, line]


def _encoded(lines: list[str]) -> bytes:
    """Control characters would be commands; they are left out."""
    plain = ("".join(one for one in line if one.isprintable()) for line in lines)
    return "".join(f"{line}\n" for line in plain).encode("gb18030", "replace")


def _draw(slip: Slip, columns: int, font: str) -> Any:
    from PIL import Image, ImageDraw, ImageFont

    size = 2 * _DOTS_A_COLUMN
    try:
        face = ImageFont.truetype(font, size)
    except OSError:
        raise Fault("settings", f"font {font}") from None
    lines = [slip.title, *layout(slip, columns)]
    image = Image.new("1", (columns * _DOTS_A_COLUMN, len(lines) * (size + 8)), 1)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((0, number * (size + 8)), line, font=face, fill=0)
    return image


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
