"""The demo district has somebody for every step, and can be seeded again and again."""

import httpx
import pyotp
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import headers_of, import_tree, make_staff
from tongban.core import clock
from tongban.core.settings import get_settings
from tongban.demo.people import people, shown_units
from tongban.demo.seed import DemoRefused, packaged, seed
from tongban.identity.models import GrantRow, Staff
from tongban.identity.roles import Role
from tongban.organisations.service import get_tree
from tongban.organisations.tree import Kind
from tongban.routing.definitions import parse_definition
from tongban.routing.rules import resolve


async def test_every_step_of_every_matter_is_staffed_everywhere(session: AsyncSession) -> None:
    await import_tree(session)
    tree = await get_tree(session)
    held = {(role, person.unit.id) for person in people(tree) for role in person.roles}
    steps = {
        (step.unit, step.role)
        for matter in packaged("matters.json")
        for step in parse_definition(matter["process"]).steps
    }
    nobody = {
        (role, unit.code)
        for selector, role in steps
        for home in tree.of_kind(Kind.COMMUNITY)
        for unit in (resolve(selector, tree, home, home),)
        if not any((role, place.id) in held for place in tree.acting_for(unit))
    }
    halls = {
        hall.code
        for hall in tree.of_kind(Kind.HALL)
        if not any((Role.CLERK, place.id) in held for place in tree.acting_for(hall))
    }
    assert (nobody, halls) == (set(), set())


async def test_every_role_has_an_account_of_its_own_where_it_is_shown(
    session: AsyncSession,
) -> None:
    await import_tree(session)
    tree = await get_tree(session)
    shown = shown_units(tree)
    assert [(unit.kind, tree.body(unit).name[:2]) for unit in shown[::3]] == [
        ("street", "德胜"),
        ("street", "金融"),
        ("bureau", "区民"),
    ]
    everybody = people(tree)
    for unit in shown:
        alone = [p.roles for p in everybody if p.unit.id == unit.id]
        assert sorted(alone) == sorted((role,) for role in Role)
    assert len({person.username for person in everybody}) == len(everybody)
    assert len({person.name for person in everybody}) > 300


async def test_seeding_fills_an_empty_database_once(
    client: httpx.AsyncClient, session: AsyncSession
) -> None:
    settings = get_settings()
    accounts = await seed(session, settings, renew=False)
    assert accounts is not None
    assert await session.scalar(select(func.count()).select_from(Staff)) == len(accounts)
    grants = sum(len(account["roles"]) for account in accounts)
    assert await session.scalar(select(func.count()).select_from(GrantRow)) == grants
    clerk = next(a for a in accounts if a["username"] == "ds-clerk")
    assert clerk["organisation_code"] == "110102010"
    await headers_of(client, "ds-clerk", password=clerk["password"])
    admin = next(a for a in accounts if a["username"] == "district-system-admin")
    code = pyotp.TOTP(admin["totp_secret"]).at(clock.now())
    await headers_of(client, admin["username"], password=admin["password"], totp=code)

    assert await seed(session, settings, renew=False) is None
    renewed = await seed(session, settings, renew=True)
    assert renewed is not None
    assert renewed[0]["password"] != accounts[0]["password"]
    await headers_of(client, "ds-clerk", password=renewed[0]["password"])


async def test_database_with_accounts_of_its_own_is_left_alone(session: AsyncSession) -> None:
    await import_tree(session)
    await make_staff(session, "somebody", "110102")
    with pytest.raises(DemoRefused):
        await seed(session, get_settings(), renew=True)
    names = await session.scalars(text("SELECT username FROM staff"))
    assert names.all() == ["somebody"]
