"""A matter's form, checked by the server, which is the authority.

The fields are compiled into a JSON Schema once a version; what JSON Schema cannot say (a field
is required only while shown, check digits, dates that exist) is said here.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

import jsonschema_rs

from tongban.core.characters import flaw_of, one_break
from tongban.core.numbers import check_document_number
from tongban.core.privacy import normalise
from tongban.core.problems import FieldError
from tongban.core.texts import Text
from tongban.matters.schemas import FormField, Version

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_ERRORS = 100
"""Enough to mend a form by; a body made of mistakes is not worth a longer answer."""
_PARAGRAPH = 100
"""Characters from which on a text may have several lines: an account of something, not a name."""
_MISSING = Text("此项必填", "Required")
_UNKNOWN = Text("表单中没有此项", "The form has no such field")
_TEXTS = {
    "type": Text("内容类型不正确", "Not of the right type"),
    "enum": Text("请从选项中选择", "Choose one of the options"),
    "minimum": Text("不得小于 {limit}", "At least {limit}"),
    "maximum": Text("不得大于 {limit}", "At most {limit}"),
    "maxLength": Text("最多 {limit} 个字", "At most {limit} characters"),
    "minItems": Text("至少填写一行", "At least one row"),
    "maxItems": Text("最多 {limit} 行", "At most {limit} rows"),
}
_WRONG = Text("内容不正确", "Not a right value")
_BAD_DATE = Text("日期不存在，应为 YYYY-MM-DD", "Not a date, YYYY-MM-DD")
_FAR_DATE = Text("日期应在 1900 年至 2100 年之间", "Must lie between 1900 and 2100")
_BAD_MOBILE = Text("手机号码应为 11 位数字", "A mobile number has 11 digits")


def validate_form(
    version: Version, form: dict[str, Any]
) -> tuple[dict[str, Any], list[FieldError]]:
    """The form without what is hidden, and every error (a hundred at most) with its pointer
    (`/form/…`)."""
    errors: list[FieldError] = []
    cleaned = _clean(version.content.form, form, "/form", errors)
    found = islice(version.validator.iter_errors(cleaned), _MAX_ERRORS)
    errors += [_schema_error(error) for error in found]
    wrong = {error.pointer for error in errors}
    values = _value_errors(version.content.form, cleaned, "/form")
    errors += [error for error in values if error.pointer not in wrong]
    return cleaned, errors[:_MAX_ERRORS]


def _clean(
    fields: list[FormField], values: dict[str, Any], at: str, errors: list[FieldError]
) -> dict[str, Any]:
    """Only shown fields that were filled in; notes what is missing or unknown."""
    known = {field.key for field in fields}
    errors += [
        FieldError(f"{at}/{_escape(key)}", "unknown_field", _UNKNOWN)
        for key in values
        if key not in known
    ]
    cleaned: dict[str, Any] = {}
    for field in fields:
        if not _shown(field, cleaned):
            continue
        value = values.get(field.key)
        if isinstance(value, str):
            value = _tidy(field, value)
        if value is None or value in ("", []):
            if field.required:
                errors.append(FieldError(f"{at}/{field.key}", "missing", _MISSING))
            continue
        if field.type == "array" and isinstance(value, list):
            value = [
                _clean(field.items or [], row, f"{at}/{field.key}/{index}", errors)
                if isinstance(row, dict)
                else row
                for index, row in enumerate(value)
            ]
        cleaned[field.key] = value
    return cleaned


def _tidy(field: FormField, value: str) -> str:
    value = one_break(value.strip())
    return normalise(value) if field.type in ("id_number", "mobile") else value


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")[:100]


def _shown(field: FormField, cleaned: dict[str, Any]) -> bool:
    """A field shown by another that is itself hidden is hidden too."""
    condition = field.visible_if
    if condition is None:
        return True
    value = cleaned.get(condition.field)
    # JSON has one kind of number, 5 and 5.0; a tick is none, though True == 1 in Python.
    alike = isinstance(value, bool) is isinstance(condition.equals, bool)
    return alike and value == condition.equals


def _schema_error(error: jsonschema_rs.ValidationError) -> FieldError:
    pointer = "/form" + "".join(f"/{_escape(str(part))}" for part in error.instance_path)
    keyword = str(error.kind.name)
    limit = getattr(error.kind, "limit", None)
    if isinstance(limit, float) and limit.is_integer():
        limit = int(limit)
    return FieldError(pointer, keyword, _TEXTS.get(keyword, _WRONG).using(limit=limit))


def _value_errors(fields: list[FormField], values: dict[str, Any], at: str) -> Iterator[FieldError]:
    for field in fields:
        value, pointer = values.get(field.key), f"{at}/{field.key}"
        if field.type == "array" and isinstance(value, list):
            for index, row in enumerate(value):
                if isinstance(row, dict):
                    yield from _value_errors(field.items or [], row, f"{pointer}/{index}")
        elif isinstance(value, str):
            yield from _text_errors(field, value, pointer)


def _text_errors(field: FormField, value: str, pointer: str) -> Iterator[FieldError]:
    kind = field.type
    paragraph = kind == "string" and (field.maxLength or _PARAGRAPH) >= _PARAGRAPH
    if flaw := flaw_of(value, one_line=not paragraph):
        yield FieldError(pointer, *flaw)
    elif kind == "id_number" and (wrong := check_document_number(value)):
        yield FieldError(pointer, *wrong)
    elif kind == "mobile" and not _MOBILE.fullmatch(value):
        yield FieldError(pointer, "bad_mobile", _BAD_MOBILE)
    elif kind == "date":
        try:
            day = date.fromisoformat(value) if _DATE.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            yield FieldError(pointer, "bad_date", _BAD_DATE)
        elif not 1900 <= day.year <= 2100:
            yield FieldError(pointer, "bad_date", _FAR_DATE)
