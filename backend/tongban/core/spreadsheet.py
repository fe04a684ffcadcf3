"""Tables as .xlsx, written row by row so that memory does not grow with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Literal
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

import xlsxwriter

from tongban.core.settings import get_settings

Kind = Literal["text", "integer", "number", "date", "moment", "percent"]
Cell = str | int | float | date | datetime | None

_FORMATS: dict[Kind, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "integer": {"num_format": "#,##0", "align": "right"},
    "number": {"num_format": "#,##0.00", "align": "right"},
    "percent": {"num_format": "0.0%", "align": "right"},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm", "align": "center"},
}
_WIDTHS: dict[Kind, int] = {
    "text": 16, "integer": 10, "number": 12, "percent": 10, "date": 12, "moment": 17,
}  # fmt: skip
_BASE = {"font_name": "宋体", "font_size": 11, "border": 1, "valign": "vcenter"}
_HEADER = {**_BASE, "bold": True, "align": "center", "bg_color": "#EDF1F5", "text_wrap": True}
_TITLE = {"font_name": "宋体", "font_size": 16, "bold": True, "align": "center"}
_SUBTITLE = {"font_name": "宋体", "font_size": 10, "align": "right", "font_color": "#555555"}
MAX_ROWS = 1_000_000
"""What a sheet holds (1,048,576 rows), less title, header and totals."""
_MAX_TEXT = 32_767


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in a row, its title, what it holds and how wide it is in characters."""

    key: str
    title: str
    kind: Kind = "text"
    width: int = 0
    """0 chooses by kind and title; one Chinese character is two wide."""


@dataclass(frozen=True, slots=True)
class Subtotal:
    """A bold row among the others; also what totals are made of."""

    cells: Mapping[str, Cell]


Row = Mapping[str, Cell] | Subtotal


class TooManyRows(Exception):
    """More rows than a sheet can hold: narrow the query."""


def write_xlsx(
    target: IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    title: str,
    subtitle: str = "",
    totals: Mapping[str, Cell] | None = None,
) -> int:
    """Write one sheet to `target`; returns the number of rows, totals left out.

    Texts are always written as texts, so a value that begins with `=`, `+`, `-` or `@` is
    never a formula. Moments are shown in the platform's time zone. Raises `TooManyRows`.
    """
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    try:
        sheet = _Sheet(book, columns, get_settings().zone)
        sheet.head(title, subtitle)
        count = 0
        for row in rows:
            if count >= MAX_ROWS:
                raise TooManyRows
            sheet.row(row)
            count += 1
        if totals is not None:
            sheet.row(Subtotal(totals))
    finally:
        book.close()
    return count


class _Sheet:
    """The sheet being written, one row after another, never back."""

    def __init__(self, book: Any, columns: Sequence[Column], zone: ZoneInfo) -> None:
        self._book = book
        self._sheet = book.add_worksheet("数据")
        self._columns = columns
        self._zone = zone
        self._next = 0
        self._plain = {kind: book.add_format({**_BASE, **f}) for kind, f in _FORMATS.items()}
        self._bold = {
            kind: book.add_format({**_BASE, **f, "bold": True, "bg_color": "#F7F7F7"})
            for kind, f in _FORMATS.items()
        }

    def head(self, title: str, subtitle: str) -> None:
        """Title, line beneath it and header; the header stays in sight and on every page."""
        sheet, last = self._sheet, len(self._columns) - 1
        for index, column in enumerate(self._columns):
            sheet.set_column(index, index, column.width or _natural_width(column))
        sheet.set_row(0, 28)
        self._across(0, last, title, self._book.add_format(_TITLE))
        self._across(1, last, subtitle, self._book.add_format(_SUBTITLE))
        header = self._book.add_format(_HEADER)
        for index, column in enumerate(self._columns):
            sheet.write_string(2, index, column.title, header)
        sheet.freeze_panes(3, 0)
        sheet.repeat_rows(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页 共 &N 页")
        self._next = 3

    def _across(self, row: int, last: int, text: str, style: Any) -> None:
        if last > 0:
            self._sheet.merge_range(row, 0, row, last, "", style)
        self._sheet.write_string(row, 0, text, style)

    def row(self, row: Row) -> None:
        cells, styles = (row.cells, self._bold) if isinstance(row, Subtotal) else (row, self._plain)
        for index, column in enumerate(self._columns):
            self._cell(index, cells.get(column.key), styles[column.kind], styles["text"])
        self._next += 1

    def _cell(self, column: int, value: Cell, style: Any, text_style: Any) -> None:
        sheet, row = self._sheet, self._next
        if value is None or value == "":
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, str):
            sheet.write_string(row, column, value[:_MAX_TEXT], text_style)
        elif isinstance(value, datetime):
            local = value.astimezone(self._zone).replace(tzinfo=None)
            sheet.write_datetime(row, column, local, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, style)
        else:
            sheet.write_number(row, column, value, style)


def _natural_width(column: Column) -> int:
    title = sum(2 if east_asian_width(c) in "WF" else 1 for c in column.title)
    return max(_WIDTHS[column.kind], title + 2)
