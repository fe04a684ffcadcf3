"""The serial protocol of SAM_V modules: frames, commands and status words. Pure.

Host to device `AA AA AA 96 69 | length | command parameter [data] | check`, back the same with
three status bytes in place of the command. The length is big-endian and counts what follows it,
the check included; the check is the XOR of everything from the length on.
"""

from dataclasses import dataclass
from functools import reduce
from operator import xor

from tongban_bridge.faults import Fault

PREAMBLE = bytes.fromhex("AAAAAA9669")
LONGEST = 4096
"""Bytes that a length may announce. The longest answer known has 2316; more is noise."""

RESET = bytes.fromhex("10FF")
STATUS = bytes.fromhex("11FF")
SAM_ID = bytes.fromhex("12FF")
FIND = bytes.fromhex("2001")
SELECT = bytes.fromhex("2002")
READ = bytes.fromhex("3001")
READ_WITH_FINGERPRINT = bytes.fromhex("3010")
READ_EXTRA_ADDRESS = bytes.fromhex("3003")
"""追加地址, a later address that is stored beside the card's text (less sure than the rest)."""

OK, FOUND, NONE = 0x90, 0x9F, 0x91
BAD_COMMAND = 0x21

STATUS_FAULTS = {
    0x10: "sam_checksum",
    0x11: "sam_length",
    0x21: "sam_bad_command",
    0x23: "sam_not_permitted",
    0x24: "sam_unknown_command",
    0x31: "sam_card_rejects_sam",
    0x32: "sam_sam_rejects_card",
    0x33: "sam_verification",
    0x37: "sam_fingerprint",
    0x3F: "sam_information_length",
    0x40: "sam_unknown_card",
    0x41: "sam_read_failed",
    0x47: "sam_random_failed",
    0x60: "sam_self_test",
    0x66: "sam_unauthorised",
    0x80: "sam_find_failed",
    0x81: "sam_select_failed",
    0x91: "sam_nothing",
}
"""Third status byte to the code of its words; the first two are zero in every one of them."""


@dataclass(frozen=True)
class Answer:
    """One whole, checked frame from the device."""

    status: bytes
    data: bytes

    @property
    def code(self) -> int:
        """The status byte that tells, or -1 where the two before it are not zero."""
        return self.status[2] if self.status[:2] == b"\0\0" else -1

    def fault(self) -> Fault:
        """This status as a fault; one that no document lists is `sam_unknown_status`."""
        return Fault(STATUS_FAULTS.get(self.code, "sam_unknown_status"), self.status.hex(" "))


def check(content: bytes | bytearray) -> int:
    """XOR of all bytes."""
    return reduce(xor, content, 0)


def frame(content: bytes) -> bytes:
    """Wrap a command with its data, or an answer's status with its data."""
    body = (len(content) + 1).to_bytes(2, "big") + content
    return PREAMBLE + body + bytes([check(body)])


class Receiver:
    """Finds whole answers in what a serial line brings, whatever stands between them.

    A frame whose check fails is not skipped whole: its length may be the damaged part, so the
    search goes on right behind its preamble.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self.discarded = 0
        """Bytes thrown away so far, as noise or as damaged frames."""

    def feed(self, received: bytes) -> list[Answer]:
        """Add bytes; return the answers that became whole."""
        self._pending += received
        answers = []
        while (answer := self._next()) is not None:
            answers.append(answer)
        return answers

    def give_up(self) -> list[Answer]:
        """No more will come: what waits for its end may be noise that hides a whole answer."""
        answers = []
        while self._pending.startswith(PREAMBLE):
            self._drop(len(PREAMBLE))
            answers += self.feed(b"")
        return answers

    def _next(self) -> Answer | None:
        while self._pending and self._align():
            body = self._pending[len(PREAMBLE) :]
            if len(body) < 2:
                return None
            length = int.from_bytes(body[:2], "big")
            if not 4 <= length <= LONGEST:
                self._drop(len(PREAMBLE))
                continue
            if len(body) < 2 + length:
                return None
            if check(body[: 2 + length]):
                self._drop(len(PREAMBLE))
                continue
            del self._pending[: len(PREAMBLE) + 2 + length]
            return Answer(bytes(body[2:5]), bytes(body[5 : 1 + length]))
        return None

    def _align(self) -> bool:
        """Bring the next preamble to the front; whether there is one."""
        start = self._pending.find(PREAMBLE)
        if start >= 0:
            self._drop(start)
            return True
        keep = next(size for size in range(len(PREAMBLE) - 1, -1, -1) if _ends(self._pending, size))
        self._drop(len(self._pending) - keep)
        return False

    def _drop(self, count: int) -> None:
        del self._pending[:count]
        self.discarded += count


def _ends(pending: bytearray, size: int) -> bool:
    """Whether the last `size` bytes may be the beginning of a preamble."""
    return size == 0 or pending.endswith(PREAMBLE[:size])


@dataclass(frozen=True)
class Blocks:
    """What a read brings: the text of the card, its photo (WLT) and fingerprints, as stored."""

    text: bytes
    photo: bytes
    fingerprint: bytes


def split_blocks(data: bytes, *, fingerprint: bool) -> Blocks:
    """Split a read's data by the lengths in front.

    Raises:
        Fault: `card_incomplete` where lengths and content do not fit.
    """
    counts = 3 if fingerprint else 2
    if len(data) < 2 * counts:
        raise Fault("card_incomplete", f"{len(data)} bytes")
    lengths = [int.from_bytes(data[2 * n : 2 * n + 2], "big") for n in range(counts)]
    if len(data) != 2 * counts + sum(lengths):
        raise Fault("card_incomplete", f"{len(data)} bytes, announced {lengths}")
    text_end = 2 * counts + lengths[0]
    photo_end = text_end + lengths[1]
    return Blocks(data[2 * counts : text_end], data[text_end:photo_end], data[photo_end:])


def sam_id_text(data: bytes) -> str | None:
    """The module's number as it is printed on readers, from its 16 bytes, else nothing.

    Two 16-bit and three 32-bit little-endian numbers (inferred from readers in use).
    """
    if len(data) != 16:
        return None
    small = [int.from_bytes(data[n : n + 2], "little") for n in (0, 2)]
    large = [int.from_bytes(data[n : n + 4], "little") for n in (4, 8, 12)]
    return f"{small[0]:02d}.{small[1]:02d}-{large[0]:08d}-{large[1]:010d}-{large[2]:010d}"
