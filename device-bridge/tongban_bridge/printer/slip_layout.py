"""What a slip looks like as ESC/POS; run as a process of its own, which gets the slip as JSON."""

import json
import sys
import unicodedata
from dataclasses import dataclass
from typing import Any

from tongban_bridge.faults import Fault
from tongban_bridge.isolated import chunks, fail

_CHINESE = b"\x1c\x26"
_DOTS_A_COLUMN = 12
_QR_DOTS = 6


@dataclass(frozen=True)
class Slip:
    """What a slip says; `qr` is an address, empty for none."""

    title: str
    lines: list[tuple[str, str]]
    qr: str


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


if __name__ == "__main__":
    try:
        for content in chunks():
            sys.stdout.buffer.write(compose(parse(content), int(sys.argv[1]), *sys.argv[2:3]))
    except Fault as fault:
        fail(fault)
