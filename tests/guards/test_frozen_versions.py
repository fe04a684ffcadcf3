"""A version that was published is what cases were accepted under: the database keeps it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.district import District

FIND = "(SELECT id FROM matter_versions WHERE state = 'published' ORDER BY id LIMIT 1)"


@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE matter_versions SET content = content || \'{"name": "x"}\' WHERE id = ' + FIND,
        "UPDATE matter_versions SET digest = 'x' WHERE id = " + FIND,
        "UPDATE matter_versions SET number = 99 WHERE id = " + FIND,
        "UPDATE matter_versions SET published_at = now() WHERE id = " + FIND,
        "UPDATE matter_versions SET state = 'draft', number = 0 WHERE id = " + FIND,
        "DELETE FROM matter_versions WHERE id = " + FIND,
        "TRUNCATE matter_versions CASCADE",
    ],
)
async def test_published_versions_never_change(district: District, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"never changes|permission denied"):
        async with district.session.begin_nested():
            await district.session.execute(text(statement))


async def test_a_superseded_version_never_comes_back(district: District) -> None:
    await district.session.execute(
        text(f"UPDATE matter_versions SET state = 'superseded' WHERE id = {FIND}")
    )
    with pytest.raises(DBAPIError, match="never changes"):
        async with district.session.begin_nested():
            await district.session.execute(
                text("UPDATE matter_versions SET state = 'published' WHERE state = 'superseded'")
            )
