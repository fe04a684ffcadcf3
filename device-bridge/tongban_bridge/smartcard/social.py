"""The open part of social security cards (社会保障卡): commands and fields. Pure.

Regions differ, so each step has a second way. What is read this way anybody could have written
on a card: without the security module of the authorities nothing here proves who holds it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tongban_bridge.faults import Fault
from tongban_bridge.idcard.layouts import SEXES, checked_name, nations

Transmit = Callable[[bytes], tuple[bytes, int]]
"""Sends a command to the card; the data of its answer and its status word."""

_APPLICATION = b"sx1.sh." + "社会保障".encode("gbk")
_ISSUE, _PERSON = 0xEF05, 0xEF06
_OK = 0x9000
_PIN_NEEDED = frozenset({0x6982, 0x6983, 0x6985})
_MOST_RECORDS = 12

ISSUED_ON, VALID_UNTIL = 0x05, 0x06
NUMBER, NAME, SEX, NATION, BORN_ON = 0x08, 0x09, 0x0A, 0x0B, 0x0D


@dataclass(frozen=True)
class SocialCard:
    """What the card says of its holder; what it does not say is null."""

    name: str
    id_number: str
    sex: str | None
    nation: str | None
    born_on: str | None
    valid_from: str | None
    valid_until: str | None


def read_social_card(transmit: Transmit) -> SocialCard:
    """Read a card.

    Raises:
        Fault: `smart_card_unknown`, `smart_card_pin`, `card_unreadable`.
    """
    command = bytes([0x00, 0xA4, 0x04, 0x00, len(_APPLICATION)]) + _APPLICATION
    if transmit(command)[1] != _OK:
        raise Fault("smart_card_unknown")
    person = _read_file(transmit, _PERSON, (NUMBER, NAME, SEX, NATION, BORN_ON))
    try:
        issue = _read_file(transmit, _ISSUE, (ISSUED_ON, VALID_UNTIL))
    except Fault:
        issue = {}
    return _decode(person, issue)


def _read_file(transmit: Transmit, file: int, tags: tuple[int, ...]) -> dict[int, bytes]:
    for way in (0x02, 0x00):
        command = bytes([0x00, 0xA4, way, 0x00, 0x02]) + file.to_bytes(2, "big")
        status = transmit(command)[1]
        if status == _OK:
            break
    else:
        raise Fault("smart_card_unknown", f"{file:04X}: {status:04X}")
    fields = {}
    for tag in tags:
        answer, status = transmit(bytes([0x00, 0xB2, tag, 0x00, 0x00]))
        if status in _PIN_NEEDED:
            raise Fault("smart_card_pin", f"{status:04X}")
        if status == _OK and (value := _value(answer, tag)) is not None:
            fields[tag] = value
    return fields or _by_record(transmit, tags)


def _by_record(transmit: Transmit, tags: tuple[int, ...]) -> dict[int, bytes]:
    """Cards that know no reading by tag have each field in a record of its own."""
    fields = {}
    for record in range(1, _MOST_RECORDS + 1):
        answer, status = transmit(bytes([0x00, 0xB2, record, 0x04, 0x00]))
        if status in _PIN_NEEDED:
            raise Fault("smart_card_pin", f"{status:04X}")
        if status != _OK:
            break
        for tag in tags:
            value = _value(answer, tag)
            if value is not None:
                fields[tag] = value
    return fields


def _value(answer: bytes, tag: int) -> bytes | None:
    """The value of a field that is its tag, its length and that many bytes."""
    if len(answer) < 2 or answer[0] != tag or len(answer) < 2 + answer[1]:
        return None
    return answer[2 : 2 + answer[1]]


def _decode(person: dict[int, bytes], issue: dict[int, bytes]) -> SocialCard:
    number = _text(person.get(NUMBER, b""))
    if not re.fullmatch("[0-9A-Z]{15,18}", number):
        raise Fault("card_unreadable", "number")
    return SocialCard(
        name=checked_name(_text(person.get(NAME, b""))),
        id_number=number,
        sex=SEXES.get(_digits(person.get(SEX, b""))[-1:]),
        nation=nations().get(_digits(person.get(NATION, b""))[-2:]),
        born_on=_date(person.get(BORN_ON, b"")),
        valid_from=_date(issue.get(ISSUED_ON, b"")),
        valid_until=_date(issue.get(VALID_UNTIL, b"")),
    )


def _text(raw: bytes) -> str:
    try:
        return raw.rstrip(b"\0 \xff").decode("gb18030")
    except UnicodeDecodeError:
        raise Fault("card_unreadable", "text") from None


def _digits(raw: bytes) -> str:
    """Digits as ASCII or, on other cards, packed two in a byte."""
    return raw.decode("ascii") if raw.isdigit() else raw.hex()


def _date(raw: bytes) -> str | None:
    try:
        digits = _digits(raw)
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).isoformat()
    except ValueError:
        return None
