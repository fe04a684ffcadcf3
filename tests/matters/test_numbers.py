"""Numbers of persons and organisations: what a counter must not let through."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tongban.core.numbers import check_document_number

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
DIGITS = "0123456789"
USCC_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PLACES = ("110102", "310101", "440300", "540102", "710000", "810000", "820000", "830000", "931840")


def with_check(seventeen: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, seventeen, strict=True))
    return seventeen + "10X98765432"[total % 11]


def uscc_with_check(seventeen: str) -> str:
    total = sum(USCC_DIGITS.index(c) * pow(3, i, 31) for i, c in enumerate(seventeen))
    return seventeen + USCC_DIGITS[-total % 31]


residents = st.builds(
    lambda place, born, order: with_check(f"{place}{born:%Y%m%d}{order:03}"),
    st.sampled_from(PLACES),
    st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    st.integers(0, 999),
)
organisations = st.builds(
    lambda region, rest: uscc_with_check(f"91{region}{rest}"),
    st.sampled_from(("110102", "310000", "440300")),
    st.text(USCC_DIGITS, min_size=9, max_size=9),
)


def code_of(number: str, *, organisation: bool = False) -> str | None:
    wrong = check_document_number(number, organisation=organisation)
    return wrong[0] if wrong else None


@given(residents)
def test_numbers_made_by_the_standard_are_right(number: str) -> None:
    assert code_of(number) is None
    assert code_of(number.lower()) is None
    assert code_of(f" {number[:6]} {number[6:14]}-{number[14:]}") is None


@given(residents, st.integers(0, 17), st.sampled_from(DIGITS + "X"))
def test_one_wrong_character_never_passes(number: str, place: int, other: str) -> None:
    changed = number[:place] + other + number[place + 1 :]
    assert changed == number or code_of(changed) is not None


@given(residents, st.integers(0, 16))
def test_two_swapped_neighbours_never_pass(number: str, place: int) -> None:
    """ISO 7064 MOD 11-2 finds every transposition of neighbours."""
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or code_of(swapped) is not None


@pytest.mark.parametrize("born", ["20230229", "19991301", "19990431", "00000000", "18790101"])
def test_birth_dates_must_have_been(born: str) -> None:
    assert code_of(with_check(f"110102{born}123")) == "bad_birth_date"


@time_machine.travel(datetime(2026, 3, 1, 4, tzinfo=UTC), tick=False)
def test_nobody_is_born_tomorrow() -> None:
    today = date(2026, 3, 1)
    assert code_of(with_check(f"110102{today:%Y%m%d}123")) is None
    tomorrow = today + timedelta(days=1)
    assert code_of(with_check(f"110102{tomorrow:%Y%m%d}123")) == "bad_birth_date"


@pytest.mark.parametrize("place", ["010102", "200102", "470102", "550102"])
def test_place_begins_with_a_province(place: str) -> None:
    assert code_of(with_check(f"{place}19800101123")) == "bad_place"


@pytest.mark.parametrize("number", ["E12345678", "G87654321", "EA1234567", "123456789", "K1234567"])
def test_passports_are_taken(number: str) -> None:
    assert code_of(number) is None


@pytest.mark.parametrize(
    "number",
    [
        "",
        "x",
        "王秀兰",
        "13910234567",
        "ABCDEFGH",
        "1101021940010112",
        "110102400101123",
        "1101021940010112300",
        "11010219400101123\u0660",
    ],
)
def test_what_is_no_document_is_refused(number: str) -> None:
    assert code_of(number) == "bad_id_number"


def test_old_permanent_residence_card() -> None:
    assert code_of("USA110085081601") is None
    assert code_of("US1110085081601") == "bad_id_number"


@given(organisations)
def test_codes_of_organisations(number: str) -> None:
    assert code_of(number, organisation=True) is None
    assert code_of(number.lower(), organisation=True) is None


@given(organisations, st.integers(2, 17), st.sampled_from(USCC_DIGITS))
def test_one_wrong_character_of_an_organisation(number: str, place: int, other: str) -> None:
    changed = number[:place] + other + number[place + 1 :]
    assert changed == number or code_of(changed, organisation=True) == "bad_uscc"


def test_a_person_is_no_organisation() -> None:
    assert code_of("110102194001011230", organisation=True) == "bad_uscc"
    assert code_of("110102194001011230") is None


@given(st.text(max_size=40))
def test_anything_gets_an_answer(number: str) -> None:
    check_document_number(number)
    check_document_number(number, organisation=True)
