"""Workbooks as Excel would read them."""

import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tongban.core import spreadsheet
from tongban.core.spreadsheet import Column, Row, Subtotal, TooManyRows, write_xlsx

COLUMNS = (
    Column("number", "办件编号", width=26),
    Column("count", "件数", "integer"),
    Column("due", "办结期限", "date"),
    Column("at", "受理时间", "moment"),
    Column("rate", "按时率", "percent"),
)
ROW: Row = {
    "number": "110102007202611240001",
    "count": 3,
    "due": date(2026, 12, 1),
    "at": datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
    "rate": 0.5,
}


def sheet_of(rows: list[Row], **options: object) -> Worksheet:
    buffer = io.BytesIO()
    write_xlsx(buffer, COLUMNS, rows, title="办事台帐", **options)  # type: ignore[arg-type]
    sheet = load_workbook(buffer).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_values_keep_their_kind_and_moments_are_local() -> None:
    sheet = sheet_of([ROW], subtitle="2026年11月")
    assert sheet["A1"].value == "办事台帐"
    assert sheet["A2"].value == "2026年11月"
    assert [c.value for c in sheet[3]] == [column.title for column in COLUMNS]
    number, count, due, at, rate = sheet[4]
    assert number.value == "110102007202611240001"
    assert number.data_type == "s"
    assert count.value == 3
    assert due.value == datetime(2026, 12, 1)  # noqa: DTZ001
    assert due.number_format == "yyyy-mm-dd"
    assert at.value == datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001
    assert rate.number_format == "0.0%"


@pytest.mark.parametrize(
    "text", ["=1+1", "+A1", "-2", "@SUM(A1)", "{=1}", "https://example.cn", "=HYPERLINK(1)", "12"]
)
def test_text_is_never_a_formula_a_link_or_a_number(text: str) -> None:
    cell = sheet_of([{"number": text, "count": text}])["A4"]
    assert cell.value == text
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_header_stays_in_sight_and_totals_are_bold() -> None:
    sheet = sheet_of(
        [ROW, Subtotal({"number": "小计", "count": 3})], totals={"number": "合计", "count": 3}
    )
    assert sheet.freeze_panes == "A4"
    assert not sheet["A4"].font.bold
    assert sheet["A5"].font.bold
    assert sheet["A6"].value == "合计"
    assert sheet["B6"].font.bold
    assert sheet.column_dimensions["A"].width == pytest.approx(26, abs=1)


def test_an_empty_table_and_empty_cells_are_fine() -> None:
    assert sheet_of([]).max_row == 3
    assert sheet_of([{"number": None, "count": ""}])["A4"].value is None


def test_control_characters_and_long_texts_do_not_break_the_file() -> None:
    cell = sheet_of([{"number": "甲\x01乙" + "长" * 40_000}])["A4"]
    assert isinstance(cell.value, str)
    assert len(cell.value) <= 32_767 + 10


def test_memory_does_not_grow_with_the_rows() -> None:
    def rows(count: int) -> Iterator[Row]:
        return (ROW for _ in range(count))

    def peak(count: int) -> int:
        tracemalloc.start()
        with io.BytesIO() as sink:
            write_xlsx(sink, COLUMNS, rows(count), title="t")
            size = len(sink.getvalue())
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top - 2 * size

    assert peak(3000) < peak(300) + 500_000


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MAX_ROWS", 2)
    with pytest.raises(TooManyRows):
        sheet_of([ROW, ROW, ROW])
