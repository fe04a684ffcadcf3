"""Numbers of persons and organisations: form, check digit, and dates that exist.

Resident identity card GB 11643, organisations' unified code GB 32100, both by `python-stdnum`;
the residence permit of Hong Kong, Macao and Taiwan residents (18 digits like a resident
number, beginning 81, 82, 83), the permanent residence card of foreigners (15 characters until
2023, then 18 digits beginning 9), and passports.
"""

import re
from datetime import date

from stdnum.cn import ric, uscc

from tongban.core import clock
from tongban.core.privacy import normalise
from tongban.core.texts import Text

Wrong = tuple[str, Text]

_DIGITS = re.compile(r"\d{17}[\dX]")
_OLD_PERMANENT = re.compile(r"[A-Z]{3}\d{12}")
_PASSPORT = re.compile(r"[A-Z0-9]{6,12}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"

_EARLIEST = date(1880, 1, 1)

BAD_CHECK = Text("证件号码有误：校验码不对，请核对", "The check digit is wrong; compare again")
BAD_BIRTH = Text("证件号码有误：出生日期不存在", "The date of birth in it does not exist")
BAD_FORM = Text("证件号码格式不正确", "Not the form of any accepted document")
BAD_USCC = Text("统一社会信用代码有误，请核对", "Not a valid unified social credit code")


def check_document_number(value: str, *, organisation: bool = False) -> Wrong | None:
    """What is wrong with a person's or an organisation's number: a stable code and words."""
    number = normalise(value)
    if organisation:
        return None if uscc.is_valid(number) else ("bad_uscc", BAD_USCC)
    if _DIGITS.fullmatch(number):
        return _check_eighteen(number)
    if _OLD_PERMANENT.fullmatch(number):
        return None
    # Eighteen or fifteen characters are meant to be a card; shorter ones a passport.
    if _PASSPORT.fullmatch(number) and not number.isalpha():
        return None
    return "bad_id_number", BAD_FORM


def _check_eighteen(number: str) -> Wrong | None:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    if _CHECKS[total % 11] != number[17]:
        return "bad_check_digit", BAD_CHECK
    if number[0] == "9":
        return None
    if number[:2] in ("81", "82", "83"):
        return _check_birth(number[6:14])
    wrong = _check_birth(number[6:14])
    if wrong is None and not ric.is_valid(number):
        return "bad_id_number", BAD_FORM
    return wrong


def _check_birth(digits: str) -> Wrong | None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return "bad_birth_date", BAD_BIRTH
    possible = _EARLIEST <= born <= clock.now().date()
    return None if possible else ("bad_birth_date", BAD_BIRTH)
