"""Commands from the asking to the end, whatever their kind: who may ask, calling off, time."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from tests.devices.asking import CARD, DESHENG, HOME, OTHER, WINDOW, ask, asked, shown, take_in
from tests.files.conftest import PDF
from tests.support.bridge import EVALUATOR, TestBridge, paired
from tests.support.district import District, Person
from tongban.core import clock
from tongban.core.settings import get_settings
from tongban.devices import jobs
from tongban.devices.models import Bridge, Command, Delivery
from tongban.identity.models import AuditEntry


async def test_a_command_waits_for_a_bridge(clerk: Person, bridge: TestBridge) -> None:
    answer = await ask(clerk, "read_card")
    assert answer.status == 201
    assert answer.body["state"] == "waiting"
    assert answer.body["parameters"] == {"reader": None}
    assert (answer.body["problem"], answer.body["result"]) == (None, None)
    assert await shown(clerk, answer.body["id"]) == answer.body


async def test_a_window_without_a_bridge_does_nothing(
    clerk: Person, bridge: TestBridge, district: District
) -> None:
    assert (await ask(clerk, "read_card", OTHER)).code == "no_bridge"
    number = await take_in(clerk)
    # A bridge alone has no faces to press.
    assert (await ask(clerk, "evaluate", case_number=number)).code == "no_bridge"
    row = await district.session.get_one(Bridge, bridge.id)
    row.devices = [EVALUATOR]
    await district.session.flush()
    assert (await ask(clerk, "evaluate", case_number=number)).status == 201
    await paired(clerk, OTHER, "tablet")
    assert (await ask(clerk, "read_card", OTHER)).code == "no_bridge"
    assert (await ask(clerk, "evaluate", OTHER, case_number=number)).status == 201


async def test_only_who_sits_there_may_ask(district: District, bridge: TestBridge) -> None:
    for role, organisation, status in (
        ("clerk", "110102011", 403),
        ("clerk", HOME, 403),
        ("reviewer", DESHENG, 403),
        ("system_admin", DESHENG, 403),
    ):
        person = await district.person(role, organisation)
        assert (await ask(person, "read_card")).status == status
        events = await person.get(f"/devices/windows/{WINDOW}/events")
        assert events.status == status


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "explode"}, "/kind"),
        ({"kind": "scan", "parameters": {"dpi": 5}}, "/parameters/dpi"),
        ({"kind": "print", "parameters": {"case_number": "1"}}, "/parameters/document"),
        ({"kind": "evaluate", "parameters": {"case_number": "1", "level": 5}}, "/parameters/level"),
    ],
)
async def test_what_is_no_command_is_refused(
    clerk: Person, bridge: TestBridge, body: dict[str, Any], pointer: str
) -> None:
    answer = await clerk.post(f"/devices/windows/{WINDOW}/commands", body)
    assert (answer.status, answer.pointers) == (422, {pointer})
    if pointer == "/kind":
        assert "read_card, scan" in answer.body["errors"][0]["message"]


async def test_a_retry_asks_once(clerk: Person, bridge: TestBridge) -> None:
    path, key = f"/devices/windows/{WINDOW}/commands", {"Idempotency-Key": "key-0001"}
    body = {"kind": "scan", "parameters": {"dpi": 300}}
    first, again = [await clerk.post(path, body, **key) for _ in range(2)]
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert first.body["parameters"]["dpi"] == 300
    other = await clerk.post(path, {"kind": "scan"}, **key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")


async def test_a_cancelled_command_stays_so_and_loses_nothing(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    command_id = await asked(clerk, "scan")
    cancelled = await clerk.post(f"/devices/commands/{command_id}/cancel", None)
    assert (cancelled.status, cancelled.body["state"]) == (200, "cancelled")
    again = await clerk.post(f"/devices/commands/{command_id}/cancel", None)
    assert again.body == cancelled.body
    file_id = (await bridge.scanned(command_id, PDF, "application/pdf")).body["id"]
    delivery = bridge.delivery(command_id, result={"file_ids": [file_id]})
    for _ in range(2):
        answer = await bridge.deliver(delivery)
        assert (answer.status, answer.body["late"]) == (200, True)
    command = await shown(clerk, command_id)
    assert (command["state"], command["result"]) == ("cancelled", {"file_ids": [file_id]})
    kept = await district.session.scalars(select(Delivery.late))
    assert kept.all() == [True]


async def test_what_is_done_is_not_cancelled(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "read_card")
    await bridge.deliver(bridge.delivery(command_id, result=CARD))
    answer = await clerk.post(f"/devices/commands/{command_id}/cancel", None)
    assert (answer.status, answer.code) == (409, "command_over")


async def test_commands_of_others_are_not_there(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    command_id = await asked(clerk, "read_card")
    other = await district.person("clerk", "110102011")
    answer = await other.post(f"/devices/commands/{command_id}/cancel", None)
    assert answer.status == 404


async def test_time_ends_what_nobody_took(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    settings = get_settings()
    command_id = await asked(clerk, "read_card")
    assert await jobs.close_overdue(district.sessions, settings) == 0
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        assert await jobs.close_overdue(district.sessions, settings) == 1
        assert await jobs.close_overdue(district.sessions, settings) == 0
        assert (await shown(clerk, command_id))["state"] == "expired"
        late = await bridge.deliver(bridge.delivery(command_id, result=CARD))
        assert (late.status, late.body["late"]) == (200, True)
        command = await shown(clerk, command_id)
        assert (command["state"], command["result"]) == ("expired", CARD)


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        ("read_card", ("expired", None)),
        ("print", ("failed", {"code": "unconfirmed", "detail": None})),
    ],
)
async def test_what_was_taken_and_lost_is_waited_for(
    district: District, clerk: Person, bridge: TestBridge, kind: str, ends: tuple[str, Any]
) -> None:
    parameters = {}
    if kind == "print":
        parameters = {"case_number": await take_in(clerk), "document": "receipt"}
    command_id = await asked(clerk, kind, **parameters)
    row = await district.session.get_one(Command, command_id)
    row.state = "taken"
    await district.session.flush()
    with time_machine.travel(row.expires_at + timedelta(minutes=4), tick=False):
        assert await jobs.close_overdue(district.sessions, get_settings()) == 0
    with time_machine.travel(row.expires_at + timedelta(minutes=6), tick=False):
        assert await jobs.close_overdue(district.sessions, get_settings()) == 1
        command = await shown(clerk, command_id)
    assert (command["state"], command["problem"]) == ends


async def test_codes_go_when_their_time_is_over(district: District, clerk: Person) -> None:
    await clerk.post("/devices/pairing-codes", {"window_code": WINDOW})
    assert await jobs.forget_codes(district.sessions, get_settings()) == 0
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert await jobs.forget_codes(district.sessions, get_settings()) == 1


async def left(district: District) -> tuple[int, int]:
    """Commands and deliveries that are still kept."""
    tables = (Command, Delivery)
    counts = [await district.session.scalar(select(func.count()).select_from(t)) for t in tables]
    return counts[0] or 0, counts[1] or 0


async def test_what_is_over_is_removed_after_bridges_have_stopped_delivering(
    district: District, clerk: Person, bridge: TestBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_BATCH", 2)
    settings = get_settings()
    began = clock.now()
    delivery = bridge.delivery(await asked(clerk, "read_card"), result=CARD)
    await bridge.deliver(delivery)
    for _ in range(3):
        failed = bridge.delivery(await asked(clerk, "scan"), "failed", code="no_scanner")
        await bridge.deliver(failed)
    open_still = await asked(clerk, "scan")
    # As late as a bridge may deliver, the same delivery is still known.
    with time_machine.travel(began + timedelta(days=8), tick=False):
        assert await jobs.drop_personal(district.sessions, settings) == 1
        assert await jobs.forget_commands(district.sessions, settings) == 0
        assert (await bridge.deliver(delivery)).body == {"id": delivery["id"], "late": False}
    assert await left(district) == (5, 4)
    with time_machine.travel(began + timedelta(days=31), tick=False):
        assert await jobs.forget_commands(district.sessions, settings) == 4
        again = await bridge.deliver(delivery)
        assert (again.status, again.code) == (404, "not_found")
    assert await left(district) == (1, 0)
    assert (await district.session.get_one(Command, open_still)).state == "waiting"
    read = select(func.count()).where(AuditEntry.action == "card.read")
    assert await district.session.scalar(read) == 1
