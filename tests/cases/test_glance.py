"""A case's own statement tells who is asking: what was remembered of them decides nothing."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import delete, func, select, update

from tests.support.applications import application
from tests.support.district import District, Person
from tongban.identity.models import GrantRow, Staff, StaffSession
from tongban.organisations.models import Organisation

DESHENG, HOME, ELSEWHERE = "110102010", "110102010002", "110102011"


@pytest.fixture
async def clerk(district: District) -> Person:
    return await district.person("clerk", DESHENG)


@pytest.fixture
async def path(clerk: Person) -> str:
    """Of a case that the clerk has looked at, twice."""
    made = await clerk.post("/cases", application("ST-MZ-008", HOME))
    path = f"/cases/{made.body['number']}"
    for _ in range(2):
        assert (await clerk.get(path)).status == 200
    return path


async def _id(district: District, person: Person) -> int:
    found = select(Staff.id).where(Staff.username == person.username)
    return (await district.session.execute(found)).scalar_one()


async def _sign_out(district: District, staff: int) -> None:
    await district.session.execute(
        update(StaffSession).where(StaffSession.staff_id == staff).values(revoked_at=func.now())
    )


async def _switch_off(district: District, staff: int) -> None:
    await district.session.execute(update(Staff).where(Staff.id == staff).values(active=False))


async def _take_roles(district: District, staff: int) -> None:
    await district.session.execute(delete(GrantRow).where(GrantRow.staff_id == staff))


async def _move(district: District, staff: int) -> None:
    elsewhere = select(Organisation.id).where(Organisation.code == ELSEWHERE).scalar_subquery()
    await district.session.execute(
        update(GrantRow).where(GrantRow.staff_id == staff).values(organisation_id=elsewhere)
    )


async def _give_role(district: District, person: Person) -> None:
    street = select(Organisation.id).where(Organisation.code == DESHENG)
    street_id = (await district.session.execute(street)).scalar_one()
    staff_id = await _id(district, person)
    district.session.add(GrantRow(staff_id=staff_id, role="clerk", organisation_id=street_id))
    await district.session.flush()


@pytest.mark.parametrize(
    ("change", "status"), [(_sign_out, 401), (_switch_off, 401), (_take_roles, 403), (_move, 404)]
)
async def test_what_was_taken_away_is_gone_at_the_next_look(
    district: District,
    clerk: Person,
    path: str,
    change: Callable[[District, int], Awaitable[None]],
    status: int,
) -> None:
    staff = await _id(district, clerk)
    await change(district, staff)
    assert (await clerk.get(path)).status == status
    assert (await clerk.get(path)).status == status


async def test_what_was_given_is_there_at_the_next_look(
    district: District, clerk: Person, path: str
) -> None:
    stranger = await district.person("clerk", ELSEWHERE)
    for _ in range(2):
        assert (await stranger.get(path)).status == 404
    await _give_role(district, stranger)
    assert (await stranger.get(path)).status == 200
    # Also after a time without any.
    await _take_roles(district, await _id(district, clerk))
    assert (await clerk.get(path)).status == 403
    await _give_role(district, clerk)
    assert (await clerk.get(path)).status == 200


async def test_a_changed_tree_is_seen_at_the_next_look(
    district: District, clerk: Person, path: str
) -> None:
    await district.session.execute(
        update(Organisation).where(Organisation.code == HOME).values(name="安德里社区")
    )
    assert (await clerk.get(path)).body["home"]["name"].endswith("安德里社区")


async def test_one_session_is_not_taken_for_another(
    district: District, clerk: Person, path: str
) -> None:
    stranger = await district.person("clerk", ELSEWHERE)
    for _ in range(2):
        assert (await clerk.get(path)).status == 200
        assert (await stranger.get(path)).status == 404
        assert (await stranger.get("/cases/110102010000000000000")).status == 404
