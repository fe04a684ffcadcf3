"""Pydantic's findings as field errors in both languages."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic_core import PydanticCustomError

from tongban.core.problems import FieldError
from tongban.core.texts import Text

_DATE = Text("应为日历上有的日期，格式 YYYY-MM-DD", "Must be a date of the calendar, YYYY-MM-DD")
# Pydantic's error types on the left; everything else is reported as a wrong value.
_TEXTS = {
    "nul_character": Text("含有不允许的空字符", "Contains a NUL character"),
    "half_character": Text("含有不完整的字符", "Contains half a character"),
    "repeated_name": Text("此项写了两次，请只留一个", "Stands twice; keep one of the two"),
    "number_out_of_range": Text("数字超出范围", "Not a number that can be kept"),
    "nested_too_deep": Text("内容嵌套过深", "Nested too deep"),
    "missing": Text("此项必填", "Required"),
    "extra_forbidden": Text("不认识的字段", "Unknown field"),
    "string_type": Text("应为文字", "Must be text"),
    "int_type": Text("应为整数", "Must be a whole number"),
    "int_parsing": Text("应为整数", "Must be a whole number"),
    "int_from_float": Text("应为整数", "Must be a whole number"),
    "list_type": Text("应为列表", "Must be a list"),
    "model_attributes_type": Text("应为包含各项的对象", "Must be an object with its fields"),
    "model_type": Text("应为包含各项的对象", "Must be an object with its fields"),
    "dict_type": Text("应为包含各项的对象", "Must be an object with its fields"),
    "bool_type": Text("应为是或否", "Must be true or false"),
    "bool_parsing": Text("应为是或否", "Must be true or false"),
    "date_from_datetime_parsing": _DATE,
    "date_parsing": _DATE,
    "date_type": _DATE,
    "date_from_datetime_inexact": _DATE,
    "timezone_aware": Text(
        "时间须带时区，如 2026-11-29T08:00:00+08:00",
        "Give the moment its offset, as in 2026-11-29T08:00:00+08:00",
    ),
    "datetime_parsing": Text("时间格式不正确", "Must be a date and time"),
    "string_too_short": Text("至少 {min_length} 个字", "At least {min_length} characters"),
    "string_too_long": Text("最多 {max_length} 个字", "At most {max_length} characters"),
    "string_pattern_mismatch": Text("格式不正确", "Not in the right form"),
    "too_short": Text("至少 {min_length} 项", "At least {min_length} items"),
    "too_long": Text("最多 {max_length} 项", "At most {max_length} items"),
    "greater_than_equal": Text("不得小于 {ge}", "At least {ge}"),
    "greater_than": Text("应大于 {gt}", "More than {gt}"),
    "less_than_equal": Text("不得大于 {le}", "At most {le}"),
    "less_than": Text("应小于 {lt}", "Less than {lt}"),
    "literal_error": Text("只能是下列之一：{expected}", "Must be one of {expected}"),
    "union_tag_invalid": Text("只能是下列之一：{expected}", "Must be one of {expected}"),
    "enum": Text("只能是下列之一：{expected}", "Must be one of {expected}"),
    "json_invalid": Text(
        "不是有效的 JSON：第 {character} 个字符处有误", "Not valid JSON at character {character}"
    ),
    "uuid_parsing": Text("编号格式不正确", "Not an identifier"),
    "uuid_type": Text("编号格式不正确", "Not an identifier"),
}
_WRONG = Text("内容不正确", "Not a right value")


def wrong(code: str, text: Text) -> PydanticCustomError:
    """What a validator of ours raises: a stable code, and words that reach the caller."""
    return PydanticCustomError(code, "{text}", {"text": text})


def field_errors(errors: Sequence[Any]) -> list[FieldError]:
    """Pydantic's errors, each with a JSON pointer into the body (or the parameter's name)."""
    return [FieldError(pointer(_place(error)), error["type"], _text(error)) for error in errors]


def _place(error: Any) -> list[str | int]:
    """Where an error is; a validator of the whole body names the place inside it as `at`. Of a
    body that is no JSON only the whole is wrong: Pydantic's place is a count of characters."""
    if error["type"] == "json_invalid":
        return []
    return [*error["loc"], *(error.get("ctx") or {}).get("at", ())]


def pointer(location: Sequence[str | int]) -> str:
    """RFC 6901 pointer of a location, without the leading `body`, `query` or `path`."""
    parts = list(location)
    if parts and parts[0] in ("body", "query", "path", "header"):
        parts = parts[1:]
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def path_of(pointer: str) -> list[str]:
    """The parts of an RFC 6901 pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _text(error: Any) -> Text:
    context = error.get("ctx") or {}
    if error["type"] == "json_invalid":
        context = {"character": error["loc"][-1] + 1}
    own = context.get("text")
    if isinstance(own, Text):
        return own
    expected = context.get("expected", context.get("expected_tags"))
    if expected is not None:
        named = re.findall(r"'([^']*)'", expected)
        context = {**context, "expected": ", ".join(named) or expected}
    return _TEXTS.get(error["type"], _WRONG).using(**context)
