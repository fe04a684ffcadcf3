"""Whether a picture is whole, and how many pixels it has, told by its structure alone.

Nothing is decoded: a picture that would fill a computer's memory is known by its header, and one
that was cut off by the end that it lacks. Reads in pieces; pure but for the file's position.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

MOST_PIXELS = 120_000_000
"""Larger than phones (108 million) and A3 at 600 dpi make them; four bytes each in a browser."""
_PIECE = 256 * 1024
_MOST_PARTS = 20_000
"""Chunks or segments: writers make some thousands of twenty megabytes, a flood of empty ones would
keep the processor busy."""


class Size(NamedTuple):
    width: int
    height: int


class BrokenPicture(ValueError):
    """Cut off, damaged, or no picture beyond its first bytes."""


def measure(media_type: str, content: IO[bytes]) -> Size | None:
    """Size in pixels of a picture that is whole; None for what is none. Raises `BrokenPicture`."""
    reader = _READERS.get(media_type)
    if reader is None:
        return None
    content.seek(0)
    size = reader(content)
    if 0 in size:
        raise BrokenPicture("no pixels")
    return size


def _take(content: IO[bytes], number: int) -> bytes:
    taken = content.read(number)
    if len(taken) < number:
        raise BrokenPicture("cut off")
    return taken


def _pieces(content: IO[bytes], number: int) -> int:
    """CRC-32 of the next bytes, which are read in pieces."""
    crc = 0
    while number > 0:
        piece = _take(content, min(number, _PIECE))
        crc = zlib.crc32(piece, crc)
        number -= len(piece)
    return crc


# --- PNG: chunks of length, type, data and CRC, from IHDR to IEND (ISO/IEC 15948, 5) ---

_IHDR_LENGTH = 13


def _png(content: IO[bytes]) -> Size:
    content.seek(8)
    length, kind = struct.unpack(">I4s", _take(content, 8))
    if (length, kind) != (_IHDR_LENGTH, b"IHDR"):
        raise BrokenPicture("no header")
    size = Size(*struct.unpack(">II", _take(content, 8)))
    content.seek(8)
    data = False
    for _ in range(_MOST_PARTS):
        length, kind = struct.unpack(">I4s", _take(content, 8))
        content.seek(-4, 1)
        if _pieces(content, length + 4) != int.from_bytes(_take(content, 4)):
            raise BrokenPicture("damaged")
        data = data or kind == b"IDAT"
        if data and kind == b"IEND":
            return size
    raise BrokenPicture("too many parts")


# --- JPEG: segments of marker and length, scans in between, up to EOI (ITU-T T.81, annex B) ---

_SOF = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a segment: TEM and the restarts."""
_SOS, _EOI, _FILL = 0xDA, 0xD9, 0xFF
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
"""In a scan, a byte of 255 is followed by zero or is a restart; anything else ends it."""


def _jpeg(content: IO[bytes]) -> Size:
    content.seek(2)
    size, scanned = None, False
    for marker in _markers(content):
        if marker == _EOI:
            break
        if marker in _BARE:
            continue
        (length,) = struct.unpack(">H", _take(content, 2))
        segment = _take(content, length - 2) if length > 2 else b""
        if marker in _SOF and size is None:
            if len(segment) < 5:
                raise BrokenPicture("no header")
            height, width = struct.unpack(">HH", segment[1:5])
            size = Size(width, height)
        elif marker == _SOS:
            scanned = True
            _skip_scan(content)
    if size is None or not scanned:
        raise BrokenPicture("no data")
    return size


def _markers(content: IO[bytes]) -> Iterator[int]:
    """The markers where the file stands, each time; any number of 255 may stand before one."""
    for _ in range(_MOST_PARTS):
        first, code = _take(content, 2)
        if first != _FILL:
            raise BrokenPicture("no marker")
        if code == _FILL:
            content.seek(-1, 1)
        else:
            yield code
    raise BrokenPicture("too many parts")


def _skip_scan(content: IO[bytes]) -> None:
    """To the marker that ends the scan; raises `BrokenPicture` where none does."""
    while True:
        piece = content.read(_PIECE)
        found = _NEXT_MARKER.search(piece)
        if found is not None:
            content.seek(found.start() - len(piece), 1)
            return
        if len(piece) < _PIECE:
            raise BrokenPicture("cut off")
        if piece.endswith(b"\xff"):
            content.seek(-1, 1)


# --- WebP: RIFF chunks (RFC 9649, 2) ---

_WEBP_HEADS = {b"VP8 ": 10, b"VP8L": 5, b"VP8X": 10}
"""How many bytes of a chunk hold the size."""


def _webp(content: IO[bytes]) -> Size:
    content.seek(4)
    left = int.from_bytes(_take(content, 4), "little") - 4
    content.seek(12)
    size, data = None, False
    for _ in range(_MOST_PARTS):
        if left < 8:
            break
        kind, length = struct.unpack("<4sI", _take(content, 8))
        padded = length + length % 2
        left -= 8 + padded
        if left < 0:
            raise BrokenPicture("cut off")
        head = _take(content, min(_WEBP_HEADS.get(kind, 0), padded))
        _pieces(content, padded - len(head))
        data = data or kind in (b"VP8 ", b"VP8L", b"ANMF")
        if size is None and kind in _WEBP_HEADS:
            size = _webp_size(kind, head)
    if size is None or not data:
        raise BrokenPicture("no data")
    return size


def _webp_size(kind: bytes, head: bytes) -> Size:
    if len(head) < _WEBP_HEADS[kind]:
        raise BrokenPicture("no header")
    if kind == b"VP8X":
        return Size(
            int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
        )
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    width, height = struct.unpack("<HH", head[6:10])
    return Size(width & 0x3FFF, height & 0x3FFF)


_READERS: dict[str, Callable[[IO[bytes]], Size]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
}
