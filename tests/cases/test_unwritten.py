"""Rows that a fixed statement is going to write."""

import pytest

from tongban.cases.models import Case, Task
from tongban.core.fixed import unwritten


def test_a_row_has_all_its_columns_but_what_the_database_makes() -> None:
    case = unwritten(Case, version=3)
    made = {c.key for c in Case.__table__.columns if c.computed is not None}
    assert made
    assert vars(case).keys() == {c.key for c in Case.__table__.columns} - made
    assert (case.version, case.number) == (3, None)


def test_rows_are_each_their_own() -> None:
    first, second = unwritten(Task), unwritten(Task)
    first.state = "done"
    assert second.state is None


def test_what_is_no_column_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        unwritten(Task, colour="red")
