"""A social security card of an invented person, put into the virtual reader of vsmartcard."""

import contextlib
import socket
import threading
from collections.abc import Callable

_ATR = bytes.fromhex("3B6800000073C84012009000")
_OFF, _ON, _RESET, _GET_ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_NOT_FOUND = b"\x6a\x82"

PERSON = {
    0x08: b"440306199003075612",
    0x09: "陈晓明".encode("gb18030").ljust(30, b"\0"),
    0x0A: b"1",
    0x0B: b"01",
    0x0D: bytes.fromhex("19900307"),
}
ISSUE = {0x05: bytes.fromhex("20200312"), 0x06: bytes.fromhex("20300312"), 0x07: b"A12345678"}


class VirtualSocialCard:
    """Answers commands as such a card does.

    `by_tag` and `by_path` choose among the ways in which regions differ; `chatty` makes it say
    61xx and 6Cxx.
    """

    def __init__(
        self,
        person: dict[int, bytes] | None = None,
        *,
        by_tag: bool = True,
        select_by: int = 0x02,
        pin: bool = False,
        chatty: bool = False,
    ) -> None:
        self._files = {0xEF05: ISSUE, 0xEF06: PERSON if person is None else person}
        self._by_tag = by_tag
        self._select_by = select_by
        self._pin = pin
        self._chatty = chatty
        self._file: dict[int, bytes] = {}
        self._more = b""

    def answer(self, command: bytes) -> bytes:
        """The answer to one command, its status word at the end."""
        instruction, first, second = command[1], command[2], command[3]
        if instruction == 0xC0:
            return self._more[: command[4]] + b"\x90\x00"
        if instruction == 0xA4 and first == 0x04:
            known = command[5:].startswith(b"sx1.sh.")
            return self._long(b"\x6f\x02\x84\x00") if known else _NOT_FOUND
        if instruction == 0xA4:
            file = self._files.get(int.from_bytes(command[5:7], "big"))
            if first != self._select_by or file is None:
                return _NOT_FOUND
            self._file = file
            return b"\x90\x00"
        if instruction == 0xB2:
            return self._read(first, second, command[4])
        return b"\x6d\x00"

    def _read(self, number: int, mode: int, length: int) -> bytes:
        if self._pin:
            return b"\x69\x82"
        if mode == 0x00 and self._by_tag and number in self._file:
            tag = number
        elif mode == 0x04 and not self._by_tag and 0 < number <= len(self._file):
            tag = list(self._file)[number - 1]
        else:
            return b"\x6a\x83"
        value = self._file[tag]
        content = bytes([tag, len(value)]) + value
        if self._chatty and length != len(content):
            return bytes([0x6C, len(content)])
        return content + b"\x90\x00"

    def _long(self, content: bytes) -> bytes:
        if not self._chatty:
            return content + b"\x90\x00"
        self._more = content
        return bytes([0x61, len(content)])


class VirtualSlot:
    """Keeps a card in the virtual reader until `pull`; `spoil` sees each command first."""

    def __init__(
        self,
        card: VirtualSocialCard,
        port: int = 35963,
        *,
        spoil: Callable[[bytes], None] | None = None,
    ) -> None:
        self._card = card
        self._spoil = spoil
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def pull(self) -> None:
        """Take the card out."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=5)

    def _serve(self) -> None:
        with self._socket, contextlib.suppress(OSError):
            while message := self._receive():
                if message == _GET_ATR:
                    self._send(_ATR)
                elif message not in (_OFF, _ON, _RESET):
                    if self._spoil:
                        self._spoil(message)
                    self._send(self._card.answer(message))

    def _receive(self) -> bytes:
        length = int.from_bytes(self._exactly(2), "big")
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        received = b""
        while len(received) < count:
            more = self._socket.recv(count - len(received))
            if not more:
                return b""
            received += more
        return received

    def _send(self, answer: bytes) -> None:
        self._socket.sendall(len(answer).to_bytes(2, "big") + answer)
