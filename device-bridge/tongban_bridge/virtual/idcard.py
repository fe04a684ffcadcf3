"""A SAM_V reader with cards of invented people."""

from collections.abc import Callable

from tongban_bridge.idcard import protocol

SAM_ID = b"\x05\x00\x01\x00" + b"".join(
    number.to_bytes(4, "little") for number in (20260101, 1234567890, 987654321)
)
PHOTO = bytes(1024)
_SIZE = 256


def block(flag: str, fields: dict[int, str]) -> bytes:
    """A text block: what stands at which byte, the rest spaces."""
    text = bytearray(" ".encode("utf-16-le") * (_SIZE // 2))
    for offset, value in {248: flag, **fields}.items():
        encoded = value.encode("utf-16-le")
        text[offset : offset + len(encoded)] = encoded
    return bytes(text)


def resident(name: str = "陈晓明", number: str = "440306199003075612") -> bytes:
    """A resident's card; `number` must have a valid check digit."""
    return block(
        " ",
        {
            0: name,
            30: "1" if int(number[16]) % 2 else "2",
            32: "01",
            36: number[6:14],
            52: "广东省深圳市宝安区福海街道示例路8号3栋502",
            122: number,
            158: "深圳市公安局宝安分局",
            188: "20200312",
            204: "20400312",
        },
    )


PEOPLE = {
    "chen": resident(),
    "wang": resident("王丽", "440306198511225328"),
    "wong": block(
        "J",
        {
            0: "黄家驹",
            30: "1",
            36: "19801231",
            52: "广东省深圳市宝安区福海街道示例路9号",
            122: "810000198012310012",
            158: "深圳市公安局宝安分局",
            188: "20240101",
            204: "20290101",
            220: "H12345678",
            238: "01",
        },
    ),
    "mary": block(
        "I",
        {
            0: "MACDONALD, MARY-ANN",
            120: "2",
            122: "CAN110078092101",
            152: "CAN",
            188: "20230401",
            204: "20330331",
            220: "19780921",
            236: "01",
            240: "1500",
        },
    ),
}
"""Invented cards of each edition."""


class VirtualReader:
    """A reader on which cards can be laid; what it sends can be spoilt.

    `lift` makes it answer "not found" for a card that it has read until the card is lifted.
    """

    def __init__(self, *, lift: bool = False) -> None:
        self.lift = lift
        self.fingerprint: bytes | None = None
        """What a module that knows of fingerprints sends beside the photo."""
        self.extra: list[bytes] = []
        """What it answers, one after the other and the last for good, when asked for an address
        that was added later: status and data."""
        self.spoil: Callable[[bytes], bytes] = bytes
        self.heard: list[bytes] = []
        self._cards: list[bytes] = []
        self._selected = False
        self._was_read = False
        self._pending = bytearray()

    def lay(self, *cards: bytes) -> None:
        """Put text blocks on the reader, in place of what lay there; none takes all away."""
        self._cards = list(cards)
        self._selected = self._was_read = False

    def hear(self, received: bytes) -> bytes:
        """Answer the commands in what the host sent."""
        self._pending += received
        answers = b""
        while (start := self._pending.find(protocol.PREAMBLE)) >= 0:
            body = self._pending[start + len(protocol.PREAMBLE) :]
            size = 2 + int.from_bytes(body[:2], "big")
            if len(body) < 2 or len(body) < size:
                break
            del self._pending[: start + len(protocol.PREAMBLE) + size]
            content = bytes(body[2 : size - 1])
            self.heard.append(content)
            broken = protocol.check(body[:size]) != 0
            answers += self.spoil(protocol.frame(_status(0x10) if broken else self._do(content)))
        return answers

    def _do(self, content: bytes) -> bytes:
        if content in (protocol.STATUS, protocol.RESET, protocol.SAM_ID):
            return _status(protocol.OK) + (SAM_ID if content == protocol.SAM_ID else b"")
        if content == protocol.FIND:
            found = self._cards and not (self.lift and self._was_read)
            return _status(protocol.FOUND) + bytes(4) if found else _status(0x80)
        if content == protocol.SELECT:
            self._selected = len(self._cards) == 1
            return _status(protocol.OK) + bytes(8) if self._selected else _status(0x81)
        whole = content == protocol.READ_WITH_FINGERPRINT and self.fingerprint is not None
        if content == protocol.READ or whole:
            return self._read(self.fingerprint if whole else None)
        if content == protocol.READ_EXTRA_ADDRESS and self.extra:
            self.extra.append(self.extra[-1])
            return self.extra.pop(0)
        return _status(protocol.BAD_COMMAND)

    def _read(self, fingerprint: bytes | None = None) -> bytes:
        if not self._selected or not self._cards:
            return _status(0x41)
        self._was_read = True
        text = self._cards[0]
        blocks = [text, PHOTO] if fingerprint is None else [text, PHOTO, fingerprint]
        lengths = b"".join(len(block).to_bytes(2, "big") for block in blocks)
        return _status(protocol.OK) + lengths + b"".join(blocks)


def _status(code: int) -> bytes:
    return bytes([0, 0, code])
