"""Smart-card readers over PC/SC, by pyscard. Readers and cards may come and go at any time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from smartcard import scard

from tongban_bridge.device import Command, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.smartcard.social import read_social_card

_SLICE = 200
"""Milliseconds that one wait for a card blocks."""

_SERVICE = {scard.SCARD_E_NO_SERVICE, scard.SCARD_E_SERVICE_STOPPED}
_REMOVED = {
    scard.SCARD_W_REMOVED_CARD,
    scard.SCARD_E_NO_SMARTCARD,
    scard.SCARD_E_NOT_TRANSACTED,
}
_NO_READER = {
    scard.SCARD_E_NO_READERS_AVAILABLE,
    scard.SCARD_E_UNKNOWN_READER,
    scard.SCARD_E_READER_UNAVAILABLE,
}


class SmartCardReader:
    """A reader by a part of its PC/SC name; without one, the first there is."""

    kind = "smart_card"
    commands = frozenset({"read_card"})

    def __init__(self, id: str, name: str, reader: str = "") -> None:
        self.id = id
        self.name = name
        self._wanted = reader
        self._context: Any = None
        self.card: bool | None = None
        """Whether a card lay there when it was looked at last."""

    def check(self) -> None:
        """See whether the reader is there, and a card in it."""
        self.card = None
        asked = [(self._reader(), scard.SCARD_STATE_UNAWARE)]
        result, states = scard.SCardGetStatusChange(self._context, 0, asked)
        if result == scard.SCARD_S_SUCCESS:
            self.card = bool(states[0][1] & scard.SCARD_STATE_PRESENT)

    def run(self, _command: Command, turn: Turn) -> Outcome:
        """Wait for a card and read what it shows to everybody."""
        reader = self._reader()
        self._await_card(reader, turn)
        with self._connected(reader) as card:
            read = read_social_card(card.transmit)
        shown = {"layout": "social_security", **asdict(read)}
        return Outcome({**shown, "authenticated": False})

    def close(self) -> None:
        """Let go of the service."""
        if self._context is not None:
            scard.SCardReleaseContext(self._context)
        self._context = None

    def _reader(self) -> str:
        if self._context is None:
            result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
            if result != scard.SCARD_S_SUCCESS:
                raise Fault("pcsc_service", _words(result))
            self._context = context
        result, readers = scard.SCardListReaders(self._context, [])
        if result != scard.SCARD_S_SUCCESS and result not in _NO_READER:
            # The service was started anew: its old contexts are void.
            self.close()
            raise Fault("pcsc_service", _words(result))
        for reader in readers or []:
            if self._wanted.lower() in reader.lower():
                return str(reader)
        raise Fault("device_missing", self._wanted or None)

    def _await_card(self, reader: str, turn: Turn) -> None:
        known = scard.SCARD_STATE_UNAWARE
        while True:
            result, states = scard.SCardGetStatusChange(self._context, _SLICE, [(reader, known)])
            if result == scard.SCARD_S_SUCCESS:
                known = states[0][1]
                if known & scard.SCARD_STATE_PRESENT and not known & scard.SCARD_STATE_MUTE:
                    return
                if known & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
                    raise Fault("unplugged", reader)
            elif result != scard.SCARD_E_TIMEOUT:
                raise _fault(result)
            if not turn.pause(0):
                raise Fault("no_smart_card")

    @contextmanager
    def _connected(self, reader: str) -> Iterator["_Card"]:
        result, handle, protocol = scard.SCardConnect(
            self._context,
            reader,
            scard.SCARD_SHARE_SHARED,
            scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
        )
        if result != scard.SCARD_S_SUCCESS:
            raise _fault(result)
        try:
            yield _Card(handle, protocol)
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)


class _Card:
    def __init__(self, handle: Any, protocol: int) -> None:
        self._handle = handle
        t1 = protocol == scard.SCARD_PROTOCOL_T1
        self._protocol = scard.SCARD_PCI_T1 if t1 else scard.SCARD_PCI_T0

    def transmit(self, command: bytes) -> tuple[bytes, int]:
        """Send a command; fetch what the card has more of, or repeat with the length it names."""
        data, status = self._send(command)
        if status >> 8 == 0x6C:
            data, status = self._send(command[:4] + bytes([status & 0xFF]))
        while status >> 8 == 0x61:
            more, status = self._send(bytes([0x00, 0xC0, 0x00, 0x00, status & 0xFF]))
            data += more
        return data, status

    def _send(self, command: bytes) -> tuple[bytes, int]:
        result, answer = scard.SCardTransmit(self._handle, self._protocol, list(command))
        if result != scard.SCARD_S_SUCCESS:
            raise _fault(result)
        if len(answer) < 2:
            # Not even a status word: the card left in the middle of its answer.
            raise Fault("smart_card_removed")
        return bytes(answer[:-2]), answer[-2] << 8 | answer[-1]


def _fault(result: int) -> Fault:
    if result in _REMOVED:
        return Fault("smart_card_removed")
    if result in _NO_READER:
        return Fault("unplugged")
    if result in _SERVICE:
        return Fault("pcsc_service")
    return Fault("smart_card_mute", _words(result))


def _words(result: int) -> str:
    return str(scard.SCardGetErrorMessage(result))
