"""Keyset pages: `{items, next_cursor}`; a page costs the same however far one has turned."""

import base64
import binascii
from datetime import MAXYEAR, date, datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query

from tongban.core.problems import Invalid
from tongban.core.schemas import OutputModel
from tongban.core.texts import Text

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="Rows a page")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the last page")]


class Page(OutputModel, Generic[T]):
    items: list[T]
    next_cursor: str | None


def encode_cursor(*keys: Any) -> str:
    """An opaque cursor holding the sort keys of a page's last row."""
    return base64.urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")


def decode_cursor(cursor: str | None, types: tuple[type, ...]) -> tuple[Any, ...] | None:
    """The sort keys in a cursor, as `date`, `datetime`, `UUID`, `int` or `str`.

    Raises `Invalid` for a cursor that we did not make.
    """
    if cursor is None:
        return None
    try:
        keys = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(_read(key, type_) for key, type_ in zip(keys, types, strict=True))
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise Invalid.field("/cursor", "bad_cursor", _BAD) from error


_BAD = Text("翻页标记无效，请从第一页开始", "Not a cursor of ours; start from the first page")


def _read(key: Any, type_: Any) -> Any:
    """A key as the database takes it. Raises `ValueError` for one that it does not."""
    if issubclass(type_, date):
        key = type_.fromisoformat(key)
        aware = not isinstance(key, datetime) or key.tzinfo is not None
        sound = aware and 1 < key.year < MAXYEAR
    else:
        key = type_(key)
        sound = abs(key) < 2**63 if type_ is int else "\x00" not in str(key)
    if not sound:
        raise ValueError("nothing that a column holds")
    return key
