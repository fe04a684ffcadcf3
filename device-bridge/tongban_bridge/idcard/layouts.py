"""From the text block of a card to its fields. Pure; the layouts are data in `layouts/*.toml`.

A clerk does not read again what a reader fills in, so nothing is handed on that does not hold
together: a block of another length, an unknown layout or one damaged field refuses the card.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from tongban_bridge.faults import Fault

TEXT_LENGTH = 256
FLAG_OFFSET = 248
UNTIL_REVOKED = "长期"
SEXES = {"1": "男", "2": "女"}


@dataclass(frozen=True)
class Card:
    """What a card says; dates are ISO, `valid_until` is null where the card is valid for good."""

    layout: str
    name: str
    sex: str
    born_on: str
    id_number: str
    valid_from: str
    valid_until: str | None
    nation: str | None = None
    address: str | None = None
    authority: str | None = None


@dataclass(frozen=True)
class _Field:
    name: str
    offset: int
    length: int
    kind: str


def decode(text: bytes) -> Card:
    """Decode a text block of 256 bytes (UTF-16LE, padded with spaces).

    Raises:
        Fault: `unsupported_layout` for an edition not described in `layouts/`,
            `card_unreadable` where a field cannot be what it should be.
    """
    if len(text) != TEXT_LENGTH:
        raise Fault("unsupported_layout", f"{len(text)} bytes of text")
    flag = _characters(text, FLAG_OFFSET, 2)
    layout = _layouts().get(flag)
    if layout is None:
        raise Fault("unsupported_layout", f"type {flag!r}")
    name, fields = layout
    values = {
        field.name: _DECODERS[field.kind](_characters(text, field.offset, field.length))
        for field in fields
    }
    card = Card(layout=name, **values)  # type: ignore[arg-type]  # the layouts are tested
    if _is_resident_number(card.id_number) and card.id_number[6:14] != card.born_on.replace(
        "-", ""
    ):
        raise Fault("card_unreadable", "birthday")
    return card


@cache
def _layouts() -> dict[str, tuple[str, list[_Field]]]:
    layouts = {}
    for path in (files("tongban_bridge") / "idcard" / "layouts").iterdir():
        if path.name.endswith(".toml"):
            layout = tomllib.loads(path.read_text(encoding="utf-8"))
            fields = [_Field(name=name, **place) for name, place in layout["fields"].items()]
            layouts[layout["flag"]] = (path.name.removesuffix(".toml"), fields)
    return layouts


@cache
def nations() -> dict[str, str]:
    """Two-digit code to name."""
    source = files("tongban_bridge") / "idcard" / "nations.toml"
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    numbered = {f"{number:02d}": str(name) for number, name in enumerate(data["names"], start=1)}
    return {**numbered, **data["others"]}


def _characters(text: bytes, offset: int, length: int) -> str:
    try:
        return text[offset : offset + length].decode("utf-16-le")
    except UnicodeDecodeError:
        raise Fault("card_unreadable", f"byte {offset}") from None


def _plain(value: str) -> str:
    """A field without its padding; empty or with control characters it is refused."""
    value = value.rstrip(" ")
    if not value or value != value.strip() or any(_is_control(one) for one in value):
        raise Fault("card_unreadable", "text")
    return value


def _is_control(character: str) -> bool:
    # Cn and Cs: unassigned and halves. The private area (Co) may stand in names and addresses.
    return unicodedata.category(character) in {"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"}


def extra_address(data: bytes) -> str:
    """An address that was added later (追加地址): UTF-16LE, padded with spaces; not confirmed.

    Raises:
        Fault: `card_unreadable` where it is empty or holds what no address does.
    """
    return _plain(_characters(data, 0, len(data)))


def checked_name(value: str) -> str:
    """A name without its padding.

    Raises:
        Fault: `card_unreadable` where it holds what no name does.
    """
    value = _plain(value)
    if not _is_letter(value[0]) or not all(_is_letter(one) or one in " ·•.,-'’" for one in value):
        raise Fault("card_unreadable", "name")
    return value


def _is_letter(character: str) -> bool:
    # The private area holds rare characters that cards write their own way.
    return character.isalpha() or "\ue000" <= character <= "\uf8ff"


def _sex(value: str) -> str:
    if value not in SEXES:
        raise Fault("card_unreadable", "sex")
    return SEXES[value]


def _nation(value: str) -> str:
    name = nations().get(value)
    if name is None:
        raise Fault("card_unreadable", "nation")
    return name


def _nationality(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise Fault("card_unreadable", "nationality")
    return value


def _date(value: str) -> str:
    if re.fullmatch("[0-9]{8}", value):
        try:
            return date(int(value[:4]), int(value[4:6]), int(value[6:])).isoformat()
        except ValueError:
            pass
    raise Fault("card_unreadable", "date")


def _end_date(value: str) -> str | None:
    return None if value.rstrip(" ") == UNTIL_REVOKED else _date(value)


def _id_number(value: str) -> str:
    """Eighteen digits with the check of GB 11643. Those of 2023's permanent residents start
    with 9, and where their cards keep the other fields is not known."""
    if not _is_resident_number(value):
        raise Fault("card_unreadable", "id number")
    if value.startswith("9"):
        raise Fault("unsupported_layout", "permanent resident, 2023")
    return value


def _permit_number(value: str) -> str:
    value = value.rstrip(" ")
    if not re.fullmatch("[A-Z]{3}[0-9]{12}", value):
        raise Fault("unsupported_layout", "permanent resident, not 2017")
    return value


def _is_resident_number(value: str) -> bool:
    if not re.fullmatch("[0-9]{17}[0-9X]", value):
        return False
    weighted = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(value[:17]))
    return "10X98765432"[weighted % 11] == value[17]


_DECODERS: dict[str, Callable[[str], str | None]] = {
    "text": _plain,
    "name": checked_name,
    "sex": _sex,
    "nation": _nation,
    "nationality": _nationality,
    "date": _date,
    "end_date": _end_date,
    "id_number": _id_number,
    "permit_number": _permit_number,
}
