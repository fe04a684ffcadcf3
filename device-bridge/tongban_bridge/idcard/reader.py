"""The driver of a SAM_V reader: finds, selects, reads and reads again."""

import base64
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property

from tongban_bridge.device import Command, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.idcard import photo, protocol
from tongban_bridge.idcard.layouts import Card, decode, extra_address
from tongban_bridge.serialport import SerialPort
from tongban_bridge.usbport import UsbPort, is_usb

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a command is sent when its answer is lost or damaged, and a card tried."""

POLL = 0.1
"""Seconds between two looks for a card."""

STAYED_EVERY = 10
"""Looks from one attempt to select a card that stayed to the next; a new one is found by each."""

_HOPELESS = frozenset({"unplugged", "cancelled", "unsupported_layout", "sam_unauthorised"})


@dataclass(frozen=True)
class Reading:
    """A card with what stands beside its text; the photo is WLT, see `photo.jpeg`."""

    card: Card
    sam_id: str | None
    photo: bytes
    fingerprint: bytes


@dataclass(frozen=True)
class _Step:
    """A command, the seconds its answer may take, and which answers can be meant for it."""

    content: bytes
    seconds: float
    ok: int
    sizes: Callable[[int], bool]

    @cached_property
    def frame(self) -> bytes:
        """The command as it goes over the line."""
        return protocol.frame(self.content)


_FIND = _Step(protocol.FIND, 0.5, protocol.FOUND, lambda size: size == 4)
_SELECT = _Step(protocol.SELECT, 0.5, protocol.OK, lambda size: size == 8)
_READ = _Step(protocol.READ, 2.0, protocol.OK, lambda size: size >= 256)
_READ_ALL = _Step(protocol.READ_WITH_FINGERPRINT, 3.0, protocol.OK, lambda size: size >= 256)
_EXTRA = _Step(protocol.READ_EXTRA_ADDRESS, 0.5, protocol.OK, lambda size: size == 70)
_SAM_ID = _Step(protocol.SAM_ID, 0.5, protocol.OK, lambda size: size == 16)
_STATUS = _Step(protocol.STATUS, 0.5, protocol.OK, lambda size: size == 0)


class SamReader:
    """An identity-card reader on a serial port, or on USB by `usb:VID:PID`."""

    kind = "id_card"
    commands = frozenset({"read_card"})

    def __init__(
        self,
        id: str,
        name: str,
        port: str,
        *,
        baud: int = 115200,
        fingerprint: bool = False,
        extra_address: bool = False,
        photo_program: Sequence[str] = (),
    ) -> None:
        if isinstance(photo_program, str):
            raise TypeError('photo_program is a list: ["program", "option"]')
        self.id = id
        self.name = name
        self._where = port
        self._baud = baud
        self._fingerprint = fingerprint
        self._extra_address = extra_address
        self._photo_program = photo_program
        self._port: SerialPort | UsbPort | None = None
        self._sam_id: str | None = None
        self._has_read = False

    def check(self) -> None:
        """Open the port and ask the module how it is."""
        answer, _ = self._exchange(_STATUS)
        if answer.code != protocol.OK:
            raise answer.fault()

    def run(self, _command: Command, turn: Turn) -> Outcome:
        """Wait for a card and read it."""
        reading = self.read(turn)
        beside = {
            "sam_id": reading.sam_id,
            "photo": self._picture(reading.photo),
            "authenticated": True,
        }
        return Outcome(asdict(reading.card) | beside)

    def _picture(self, block: bytes) -> str | None:
        """The photo in base64; without a program that decodes it nobody needs it."""
        if not self._photo_program or not block:
            return None
        picture = photo.jpeg(self._photo_program, block)
        return base64.b64encode(picture).decode() if picture else None

    def close(self) -> None:
        """Let go of the port."""
        if self._port:
            self._port.close()
        self._port = None

    def read(self, turn: Turn) -> Reading:
        """Read the card that lies on the reader or is put there within the turn.

        Raises:
            Fault: `no_card`, or why the card or the reader does not answer.
        """
        if self._sam_id is None:
            self._sam_id = protocol.sam_id_text(self._exchange(_SAM_ID)[0].data)
        failures = looks = 0
        while True:
            try:
                if self._present(or_stayed=self._has_read and looks % STAYED_EVERY == 0):
                    reading = self._read_present()
                    self._has_read = True
                    return reading
                looks += 1
            except Fault as fault:
                failures += 1
                looks = 0
                if failures == ATTEMPTS or fault.code in _HOPELESS:
                    raise
            if not turn.pause(POLL):
                raise Fault("card_still_there" if self._has_read else "no_card")

    def _present(self, *, or_stayed: bool) -> bool:
        """Find and select a card.

        Readers that want a card lifted answer "not found" for one that they have read already.
        With `or_stayed` the card itself tells which of the two it is: it lets itself be selected
        or not.
        """
        found, _ = self._exchange(_FIND)
        if found.code != protocol.FOUND and not (or_stayed and found.code == 0x80):
            if found.code == 0x80:
                return False
            raise found.fault()
        selected, _ = self._exchange(_SELECT)
        if selected.code == protocol.OK:
            return True
        if found.code != protocol.FOUND:
            return False
        raise selected.fault()

    def _read_present(self) -> Reading:
        """Read twice: the check's eight bits let one damaged answer in 256 through.

        A module that does not read the same card again is believed when the line was quiet.
        """
        answer, quiet = self._read_once()
        if answer.code != protocol.OK:
            raise answer.fault()
        first = protocol.split_blocks(answer.data, fingerprint=self._fingerprint)
        answer, _ = self._read_once()
        if answer.code == protocol.OK:
            second = protocol.split_blocks(answer.data, fingerprint=self._fingerprint)
            if second.text != first.text:
                raise Fault("card_readings_differ")
        elif not quiet:
            raise Fault("reader_garbled", self._where)
        card = decode(first.text)
        if self._extra_address and card.address:
            card = replace(card, address=self._later_address() or card.address)
        return Reading(card, self._sam_id, first.photo, first.fingerprint)

    def _later_address(self) -> str | None:
        """The address that was added to the card later, if it is read twice alike and is one.

        The block is not confirmed: whatever else comes of it leaves the card as it was read.
        """
        try:
            answers = [self._exchange(_EXTRA)[0] for _ in range(2)]
            if any(answer.code == protocol.NONE for answer in answers):
                return None
            for answer in answers:
                if answer.code != protocol.OK:
                    raise answer.fault()
            first, second = (extra_address(answer.data) for answer in answers)
            if first != second:
                raise Fault("card_readings_differ")
        except Fault as fault:
            if fault.code == "unplugged":
                raise
            log.info("extra address ignored: %s", fault.code)
            return None
        return first

    def _read_once(self) -> tuple[protocol.Answer, bool]:
        if self._fingerprint:
            answer, quiet = self._exchange(_READ_ALL)
            if answer.code != protocol.BAD_COMMAND:
                return answer, quiet
            self._fingerprint = False
        return self._exchange(_READ)

    def _exchange(self, step: _Step) -> tuple[protocol.Answer, bool]:
        """Send a command until an answer that can be meant for it arrives; and whether it came
        at once and with nothing beside it."""
        port = self._port = self._port or self._open()
        heard = False
        try:
            for attempt in range(ATTEMPTS):
                port.write(step.frame)
                receiver = protocol.Receiver()
                until = time.monotonic() + step.seconds
                while received := port.read(until):
                    heard = True
                    for answer in receiver.feed(received):
                        if _fits(answer, step):
                            return answer, attempt == 0 and receiver.discarded == 0
                for answer in receiver.give_up():
                    if _fits(answer, step):
                        return answer, False
        except Fault:
            self.close()
            raise
        raise Fault("reader_garbled" if heard else "reader_silent", self._where)

    def _open(self) -> SerialPort | UsbPort:
        if is_usb(self._where):
            return UsbPort(self._where)
        return SerialPort(self._where, self._baud)


def _fits(answer: protocol.Answer, step: _Step) -> bool:
    """Whether this may answer that, and is not a late answer to what was asked before."""
    if answer.code == step.ok:
        return step.sizes(len(answer.data))
    return answer.code not in (protocol.OK, protocol.FOUND) and not answer.data
