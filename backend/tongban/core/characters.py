"""Which characters a text typed by people may have, and the annotations that say so of a field.

Refused is what nobody sees and nobody means: control characters, direction marks (U+202A–202E and
their like), zero-width characters, private use, unassigned. They come with what is copied from
documents and chats, make two names that look alike differ, and turn the words around them.
Everything that a name is written with stays: the middle dot, ideographic description characters,
variation selectors, and all CJK extensions, also those younger than this Python's tables.
"""

import unicodedata

from pydantic import AfterValidator

from tongban.core.privacy import MASK
from tongban.core.texts import Text
from tongban.core.validation import wrong

BREAKS = frozenset("\n\r\t")
_IDEOGRAPHIC = ((0x2FF0, 0x2FFF), (0x31C0, 0x31EF), (0x9FA6, 0x9FFF), (0x20000, 0x3FFFD))
"""Blocks that fill up with every version of Unicode: what is unassigned here may be a character."""
_NONCHARACTERS = 0xFFFE

Flaw = tuple[str, Text]

_INVISIBLE = Text(
    "第 {position} 个字是看不见或不能打印的字符（{character}），请删除后重新输入",
    "Character {position} ({character}) is invisible or cannot be printed; delete it and type"
    " the text again",
)
_BREAK = Text(
    "此项只能写一行，请去掉第 {position} 个字处的换行或制表符",
    "One line only: take out the line break or tab at character {position}",
)


def flaw_of(text: str, *, one_line: bool) -> Flaw | None:
    """What is wrong with a text: a stable code, and words that name the place and what to do."""
    if text.isprintable():
        return None
    for position, character in enumerate(text, 1):
        if character in BREAKS:
            if one_line:
                return "line_break", _BREAK.using(position=position)
        elif _is_refused(character):
            name = f"U+{ord(character):04X}"
            return "invisible_character", _INVISIBLE.using(position=position, character=name)
    return None


def _is_refused(character: str) -> bool:
    """Categories C (control, format, surrogate, private use, unassigned), Zl and Zp."""
    category = unicodedata.category(character)
    if category == "Cn":
        number = ord(character)
        return number & _NONCHARACTERS == _NONCHARACTERS or not any(
            first <= number <= last for first, last in _IDEOGRAPHIC
        )
    return category.startswith("C") or category in ("Zl", "Zp")


def one_break(text: str) -> str:
    """Line breaks of every system as `\\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(text: str) -> str:
    flaw = flaw_of(text, one_line=True)
    if flaw is not None:
        raise wrong(*flaw)
    return text


def _lines(text: str) -> str:
    text = one_break(text)
    flaw = flaw_of(text, one_line=False)
    if flaw is not None:
        raise wrong(*flaw)
    return text


def _name(text: str) -> str:
    text = _line(text)
    if MASK in text:
        raise wrong("masked_value", _MASKED_NAME)
    if not any(_may_be_letter(character) for character in text):
        raise wrong("no_name", _NO_NAME)
    return text


def _may_be_letter(character: str) -> bool:
    """A letter or ideograph of any script, or one younger than this Python's tables."""
    return unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Cn")


_MASKED_NAME = Text("这里是打码后的姓名，请填写全名", "This is a masked name; enter it in full")
_NO_NAME = Text(
    "姓名或名称应有文字，不能只有数字或符号", "A name has letters, not only digits and signs"
)

NAME = AfterValidator(_name)
"""Annotates the name of a person or organisation: one line, with a letter in it, not masked."""
LINE = AfterValidator(_line)
"""Annotates a short text, such as a name or a code: one line."""
LINES = AfterValidator(_lines)
"""Annotates a text of several lines, such as a reason: line breaks and tabs are fine."""
