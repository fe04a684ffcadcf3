"""Which characters a text may have, and how numbers are brought to one form."""

import pytest

from tongban.core.characters import flaw_of
from tongban.core.numbers import check_document_number
from tongban.core.privacy import blind_index, normalise

INVISIBLE = [
    "\x07", "\x1f", "\x7f", "\x85", "\xad",
    "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2028", "\u2029", "\u2060",
    *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)),
    "\ufeff", "\ufff9", "\ue000", "\U000f0000", "\U000e0041", "\u0378", "\ufffe", "\U0002fffe",
]  # fmt: skip


@pytest.mark.parametrize("character", INVISIBLE)
def test_what_nobody_sees_is_refused_everywhere(character: str) -> None:
    for one_line in (True, False):
        flaw = flaw_of(f"王{character}", one_line=one_line)
        assert flaw is not None
        assert flaw[0] == "invisible_character"
        assert f"第 2 个字是看不见或不能打印的字符（U+{ord(character):04X}）" in flaw[1].say("zh")
        assert f"Character 2 (U+{ord(character):04X})" in flaw[1].say("en")


@pytest.mark.parametrize("character", ["\n", "\r", "\t"])
def test_lines_break_only_where_there_may_be_several(character: str) -> None:
    assert flaw_of(f"一{character}二", one_line=False) is None
    flaw = flaw_of(f"一{character}二", one_line=True)
    assert flaw is not None
    assert flaw[0] == "line_break"


@pytest.mark.parametrize(
    "text",
    [
        "阿卜杜拉·买买提",
        "阿卜杜拉•买买提",
        "O’Neil, José",
        "北京市　西城区\xa01号",
        "⿰亻昂",
        "㔾𠮷𪚥𫝀𰻝𱁬",
        "葛\U000e0100城",
        "龥\ufe00",
        "\U00031350\U0002ebf0\U000323b0",
        "（一）“甲”——乙…",
        "👍",
    ],
)
def test_what_names_are_written_with_stays(text: str) -> None:
    assert flaw_of(text, one_line=True) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("11010519491231002x", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"),
        (" 110105 19491231 002X ", "11010519491231002X"),
        ("110105－19491231–002X", "11010519491231002X"),
        ("110105　19491231\xa0002X", "11010519491231002X"),
        ("91110000600037341l", "91110000600037341L"),
        ("９１１１００００６０００３７３４１Ｌ", "91110000600037341L"),
        ("139-1023 4567", "13910234567"),
        ("110***********002X", "110***********002X"),
    ],
)
def test_numbers_have_one_form(typed: str, kept: str) -> None:
    assert normalise(typed) == kept
    assert blind_index("id_number", typed) == blind_index("id_number", kept)


@pytest.mark.parametrize("typed", ["11010519491231002x", "１１０１０５ 19491231-002ｘ"])
def test_numbers_are_checked_in_that_form(typed: str) -> None:
    assert check_document_number(typed) is None


@pytest.mark.parametrize("typed", ["91110000600037341l", "９１１１００００-600037341Ｌ"])
def test_credit_codes_are_checked_in_that_form(typed: str) -> None:
    assert check_document_number(typed, organisation=True) is None


@pytest.mark.parametrize(
    "typed", ["⑴10105194912310021", "²10105194912310021", "১10105194912310021"]
)
def test_other_digits_are_not_guessed(typed: str) -> None:
    assert check_document_number(typed) is not None
