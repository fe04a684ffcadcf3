"""Publishing counts as staffed exactly what the task lists give to somebody."""

from sqlalchemy import select, update

from tests.support.district import District
from tests.support.people import make_staff
from tongban.cases.policy import pools
from tongban.identity.actor import Grant
from tongban.identity.models import GrantRow, Staff
from tongban.identity.roles import Role
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Kind
from tongban.routing.publishing import staffed

WORKING = (Role.CLERK, Role.PRE_REVIEWER, Role.REVIEWER, Role.AGENT_RUNNER)


async def test_staffed_is_where_somebody_can_take_the_task(district: District) -> None:
    session = district.session
    tree = await get_tree(session)
    stations = [unit for unit in tree.of_kind(Kind.SECTION) if tree.community_of(unit)]
    await session.execute(
        update(Staff)
        .where(Staff.username.like("gaw%") | Staff.username.like("nj-%"))
        .values(active=False)
    )
    await make_staff(session, "window", "110102001-DT-01", *WORKING)
    await make_staff(session, "station", stations[-1].code, *WORKING)
    rows = await session.execute(
        select(GrantRow.role, GrantRow.organisation_id)
        .join(Staff, Staff.id == GrantRow.staff_id)
        .where(Staff.active, GrantRow.role.in_(WORKING))
    )
    taken: dict[Role, set[int]] = {role: set() for role in WORKING}
    for row in rows:
        for role, units in pools(tree, (Grant(Role(row.role), row.organisation_id),)).items():
            taken[role] |= units
    holders = await staffed(session, tree)
    for role in WORKING:
        counted = {
            unit.id
            for unit in tree
            if any((role, above.id) in holders for above in tree.acting_for(unit))
        }
        assert counted == taken[role], role
        assert 0 < len(counted) < len(tree)
