"""What can be wrong with a calendar that somebody sends."""

from tongban.core.problems import FieldError, Invalid
from tongban.core.texts import Text


class DayOutsideYear(Invalid):
    def __init__(self, index: int) -> None:
        text = Text("日期不在该年度内", "This day is not in that year")
        super().__init__(errors=[FieldError(f"/days/{index}/date", "outside_year", text)])


class DayTwice(Invalid):
    def __init__(self, index: int) -> None:
        text = Text("日期重复", "This day is there twice")
        super().__init__(errors=[FieldError(f"/days/{index}/date", "twice", text)])
