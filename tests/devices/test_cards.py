"""Cards: for who asked alone, sealed, and for a quarter of an hour."""

from datetime import timedelta

import time_machine
from sqlalchemy import func, select, text

from tests.devices.asking import CARD, DESHENG, WINDOW, ask, asked, shown
from tests.devices.conftest import Hall
from tests.support.bridge import TestBridge
from tests.support.district import District, Person
from tongban.core import clock
from tongban.core.db import make_engine, make_sessions
from tongban.core.settings import get_settings
from tongban.devices import jobs
from tongban.devices.models import CardReading, Command
from tongban.identity.models import AuditEntry
from tongban.runtime.postgres import run_sql


async def test_a_card_is_read_by_who_asked_alone(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    command_id = await asked(clerk, "read_card")
    answer = await bridge.deliver(bridge.delivery(command_id, result=CARD))
    assert (answer.status, answer.body["late"]) == (200, False)
    command = await shown(clerk, command_id)
    assert (command["state"], command["result"]) == ("done", CARD)
    stranger = await district.person("clerk", "110102011")
    assert (await stranger.get(f"/devices/commands/{command_id}")).status == 404
    admin = await district.person("system_admin", DESHENG)
    assert (await admin.get(f"/devices/commands/{command_id}")).status == 403


async def test_what_a_card_said_is_kept_sealed_and_for_a_quarter_of_an_hour(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    session = district.session
    command_id = await asked(clerk, "read_card")
    await bridge.deliver(bridge.delivery(command_id, result=CARD))
    # Row-level security: the application's own login sees it only for who asked.
    await session.execute(select(func.set_config("tongban.staff", "0", True)))
    assert await session.scalar(select(func.count()).select_from(CardReading)) == 0
    asker = await session.scalar(select(Command.asked_by))
    await session.execute(select(func.set_config("tongban.staff", str(asker), True)))
    sealed = await session.scalar(select(CardReading.sealed))
    assert sealed
    assert str(CARD["id_number"]).encode() not in sealed
    everything = await session.scalar(
        text(
            "SELECT row_to_json(c)::text FROM device_commands c WHERE id = CAST(:id AS uuid)"
        ).bindparams(id=command_id)
    )
    assert "王秀兰" not in everything
    with time_machine.travel(clock.now() + timedelta(minutes=14), tick=False):
        assert (await shown(await renewed(district, clerk), command_id))["result"] == CARD
        assert await jobs.drop_personal(district.sessions, get_settings()) == 0
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        late = await shown(await renewed(district, clerk), command_id)
        assert (late["state"], late["result"]) == ("done", None)
        assert await jobs.drop_personal(district.sessions, get_settings()) == 1


async def renewed(district: District, person: Person) -> Person:
    """The same one, with a token of now."""
    district.sign_out_all()
    return await district.sign_in(person.username)


async def test_every_card_stands_in_the_audit_trail(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    command_id = await asked(clerk, "read_card")
    delivery = bridge.delivery(command_id, result=CARD)
    await bridge.deliver(delivery)
    await bridge.deliver(delivery)
    lines = (
        await district.session.scalars(select(AuditEntry).where(AuditEntry.action == "card.read"))
    ).all()
    assert [(line.username, line.subject) for line in lines] == [
        (clerk.username, f"window:{WINDOW}")
    ]
    assert lines[0].details["command"] == command_id
    assert not {"王秀兰", CARD["id_number"]} & set(map(str, lines[0].details.values()))


async def test_the_worker_drops_cards_under_its_own_login(hall: Hall) -> None:
    window = hall.window()
    bridge = await hall.paired(window)
    clerk = await hall.person("ds-clerk")
    command_id = (await ask(clerk, "read_card", window)).body["id"]
    await bridge.deliver(bridge.delivery(command_id, result=CARD))
    left = f"SELECT count(*) FROM card_readings WHERE command_id = '{command_id}'"
    assert run_sql(hall.urls.worker, left) == "1"
    engine = make_engine(hall.urls.worker, pool=1)
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        await jobs.drop_personal(make_sessions(engine), get_settings())
    await engine.dispose()
    assert run_sql(hall.urls.worker, left) == "0"


async def test_the_worker_removes_commands_under_its_own_login(hall: Hall) -> None:
    window = hall.window()
    bridge = await hall.paired(window)
    clerk = await hall.person("ds-clerk")
    command_id = (await ask(clerk, "read_card", window)).body["id"]
    await bridge.deliver(bridge.delivery(command_id, result=CARD))
    engine = make_engine(hall.urls.worker, pool=1)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        await jobs.drop_personal(make_sessions(engine), get_settings())
        assert await jobs.forget_commands(make_sessions(engine), get_settings()) >= 1
    await engine.dispose()
    assert (await clerk.get(f"/devices/commands/{command_id}")).status == 404
