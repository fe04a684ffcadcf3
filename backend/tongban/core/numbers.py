"""Numbers of persons and organisations: form, check digit, and dates that exist.

Resident identity card GB 11643; organisations' unified code GB 32100 by `python-stdnum`; the
residence permit of Hong Kong, Macao and Taiwan residents (beginning 81, 82, 83) and the
permanent residence card of foreigners (beginning 9), both 18 digits made like a resident
number; that card's 15 characters until 2023; and passports.

Of the place in a number only the province is checked: counties come and go, and a list that
lacks an old one would turn away somebody whose card is right.
"""

import re
from datetime import date

from stdnum.cn import uscc

from tongban.core import clock
from tongban.core.privacy import normalise
from tongban.core.texts import Text

Wrong = tuple[str, Text]

_DIGITS = re.compile(r"[0-9]{17}[0-9X]")
_OLD_PERMANENT = re.compile(r"[A-Z]{3}[0-9]{12}")
_PASSPORT = re.compile(r"(?=.*[0-9])(?=.*[A-Z])[A-Z0-9]{6,12}|[0-9]{6,9}")
"""Of digits alone at most nine: eleven are a mobile number in the wrong field."""
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9.")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"

_EARLIEST = date(1880, 1, 1)

BAD_CHECK = Text("证件号码有误：校验码不对，请核对", "The check digit is wrong; compare again")
BAD_BIRTH = Text("证件号码有误：出生日期不存在", "The date of birth in it does not exist")
BAD_PLACE = Text("证件号码有误：省份代码不存在", "The province in it does not exist")
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
    return None if _PASSPORT.fullmatch(number) else ("bad_id_number", BAD_FORM)


def _check_eighteen(number: str) -> Wrong | None:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    if _CHECKS[total % 11] != number[17]:
        return "bad_check_digit", BAD_CHECK
    if not _PROVINCES.fullmatch(number[:2]):
        return "bad_place", BAD_PLACE
    return _check_birth(number[6:14])


def _check_birth(digits: str) -> Wrong | None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return "bad_birth_date", BAD_BIRTH
    possible = _EARLIEST <= born <= clock.now().date()
    return None if possible else ("bad_birth_date", BAD_BIRTH)
