"""Requests and answers of the Internet Printing Protocol (RFC 8010). Pure."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from tongban_bridge.faults import Fault


class Operation(IntEnum):
    """Those that a bridge needs (RFC 8011, 5.4.15)."""

    PRINT_JOB = 0x0002
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B


class Tag(IntEnum):
    """Delimiters and value types."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME = 0x49


Value = int | bool | str | bytes
Attribute = tuple[Tag, str, Value | Sequence[str]]

_LARGEST_DELIMITER = 0x0F
_STRINGS = range(0x40, 0x50)


@dataclass
class Group:
    """Attributes of one kind; each name has all its values."""

    tag: int
    attributes: dict[str, list[Value]] = field(default_factory=dict)

    def first(self, name: str) -> Value | None:
        """The first value of an attribute, if it is there."""
        values = self.attributes.get(name)
        return values[0] if values else None


@dataclass
class Message:
    """A request or an answer; `code` is the operation or the status."""

    code: int
    request_id: int
    groups: list[Group]
    data: bytes = b""

    def group(self, tag: int) -> Group:
        """The first group of a kind, or an empty one."""
        return next((group for group in self.groups if group.tag == tag), Group(tag))


def encode(code: int, request_id: int, groups: Sequence[tuple[Tag, Sequence[Attribute]]]) -> bytes:
    """A message without its document."""
    content = bytearray(struct.pack(">BBHI", 2, 0, code, request_id))
    for delimiter, attributes in groups:
        content.append(delimiter)
        for tag, name, value in attributes:
            values = [value] if isinstance(value, (int, str, bytes)) else value
            for position, one in enumerate(values):
                encoded_name = b"" if position else name.encode("ascii")
                encoded = _encode(one)
                content.append(tag)
                content += struct.pack(">H", len(encoded_name)) + encoded_name
                content += struct.pack(">H", len(encoded)) + encoded
    content.append(Tag.END)
    return bytes(content)


def decode(content: bytes) -> Message:
    """Read a message.

    Raises:
        Fault: `printer_not_ipp` for what is none.
    """
    try:
        _, _, code, request_id = struct.unpack_from(">BBHI", content)
        position, groups = 8, list[Group]()
        name = ""
        while (tag := content[position]) != Tag.END:
            position += 1
            if tag <= _LARGEST_DELIMITER:
                groups.append(Group(tag))
                continue
            raw_name, position = _string(content, position)
            raw, position = _string(content, position)
            name = raw_name.decode("ascii") or name
            groups[-1].attributes.setdefault(name, []).append(_decode(tag, raw))
        return Message(code, request_id, groups, content[position + 1 :])
    except (struct.error, IndexError, UnicodeDecodeError) as problem:
        raise Fault("printer_not_ipp", type(problem).__name__) from None


def _string(content: bytes, position: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", content, position)
    end = position + 2 + length
    if end > len(content):
        raise IndexError
    return content[position + 2 : end], end


def _encode(value: Value) -> bytes:
    if isinstance(value, bool):
        return bytes([value])
    if isinstance(value, int):
        return struct.pack(">i", value)
    return value if isinstance(value, bytes) else value.encode("utf-8")


def _decode(tag: int, raw: bytes) -> Value:
    if tag in (Tag.INTEGER, Tag.ENUM):
        return int(struct.unpack(">i", raw)[0])
    if tag == Tag.BOOLEAN:
        return raw != b"\0"
    return raw.decode("utf-8") if tag in _STRINGS else raw
