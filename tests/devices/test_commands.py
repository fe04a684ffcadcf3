"""Commands from the asking to the end, with a bridge that signs: by their outcomes."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import func, select, text

from tests.devices.conftest import Hall
from tests.files.conftest import JPEG, PDF, PNG
from tests.support.applications import application
from tests.support.bridge import EVALUATOR, TestBridge, paired
from tests.support.district import Answer, District, Person
from tongban.core import clock
from tongban.core.db import make_engine, make_sessions
from tongban.core.settings import get_settings
from tongban.devices import jobs
from tongban.devices.models import Bridge, CardReading, Command, Delivery, PrintDocument
from tongban.evaluations.models import Evaluation
from tongban.identity.models import AuditEntry
from tongban.runtime.postgres import run_sql

DESHENG, HOME = "110102010", "110102010002"
WINDOW, OTHER = "110102010-DT-03", "110102010-DT-04"
CARD = {
    "layout": "resident",
    "name": "王秀兰",
    "sex": "女",
    "nation": "汉",
    "born_on": "1940-01-01",
    "address": "北京市西城区德胜门外大街甲10号2单元301",
    "id_number": "110102194001011230",
    "authority": "北京市公安局西城分局",
    "valid_from": "2020-01-01",
    "valid_until": None,
    "sam_id": "05.03-20130101-0000000001-0000000002",
    "photo": "V0xU",
    "authenticated": True,
}


async def ask(person: Person, kind: str, window: str = WINDOW, **parameters: Any) -> Answer:
    body = {"kind": kind, "parameters": parameters}
    return await person.post(f"/devices/windows/{window}/commands", body)


async def asked(person: Person, kind: str, **parameters: Any) -> str:
    """The id of a command that was taken on."""
    answer = await ask(person, kind, **parameters)
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


async def shown(person: Person, command_id: str) -> dict[str, Any]:
    answer = await person.get(f"/devices/commands/{command_id}")
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


async def take_in(clerk: Person) -> str:
    answer = await clerk.post("/cases", application("ST-MZ-008", HOME))
    assert answer.status == 201, answer.body
    return str(answer.body["number"])


@pytest.fixture
async def clerk(district: District) -> Person:
    return await district.person("clerk", DESHENG)


@pytest.fixture
async def bridge(clerk: Person) -> TestBridge:
    return await paired(clerk, WINDOW)


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


async def test_a_retry_asks_once(clerk: Person, bridge: TestBridge) -> None:
    path, key = f"/devices/windows/{WINDOW}/commands", {"Idempotency-Key": "key-0001"}
    body = {"kind": "scan", "parameters": {"dpi": 300}}
    first, again = [await clerk.post(path, body, **key) for _ in range(2)]
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert first.body["parameters"]["dpi"] == 300
    other = await clerk.post(path, {"kind": "scan"}, **key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")


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


async def test_a_delivery_repeated_answers_the_same(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "read_card")
    delivery = bridge.delivery(command_id, result=CARD)
    first, again = await bridge.deliver(delivery), await bridge.deliver(delivery)
    assert first.body == again.body == {"id": delivery["id"], "late": False}
    other = bridge.delivery(await asked(clerk, "read_card"), result=CARD) | {"id": delivery["id"]}
    assert (await bridge.deliver(other)).code == "delivery_id_taken"


async def test_a_failure_has_its_code(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "read_card")
    failed = bridge.delivery(command_id, "failed", code="no_card", detail="SW 80")
    assert (await bridge.deliver(failed)).status == 200
    command = await shown(clerk, command_id)
    assert command["state"] == "failed"
    assert command["problem"] == {"code": "no_card", "detail": "SW 80"}


@pytest.mark.parametrize(
    ("result", "detail"),
    [
        (None, " model_type"),
        (CARD | {"id_number": 7}, "/id_number string_type"),
        (CARD | {"fingerprint": "…"}, "/fingerprint extra_forbidden"),
    ],
)
async def test_a_result_that_is_none_ends_the_command(
    clerk: Person, bridge: TestBridge, result: dict[str, Any] | None, detail: str
) -> None:
    """Refused, it would leave the clerk waiting: a bridge does not send again what was refused."""
    command_id = await asked(clerk, "read_card")
    answer = await bridge.deliver(bridge.delivery(command_id, result=result))
    assert answer.status == 200
    command = await shown(clerk, command_id)
    assert (command["state"], command["result"]) == ("failed", None)
    assert command["problem"] == {"code": "bad_result", "detail": detail}


async def test_a_delivery_that_is_none_is_refused(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "read_card")
    for changes in ({"at": "yesterday"}, {"sequence": -1}, {"outcome": {"state": "waiting"}}):
        answer = await bridge.deliver(bridge.delivery(command_id, result=CARD) | changes)
        assert answer.status == 422
    assert (await shown(clerk, command_id))["state"] == "waiting"


async def test_bridges_deliver_only_for_their_window(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "read_card")
    for other in (await paired(clerk, OTHER), await paired(clerk, WINDOW, "tablet")):
        answer = await other.deliver(other.delivery(command_id, result=CARD))
        assert (answer.status, answer.code) == (404, "not_found")
    anew = await paired(clerk, WINDOW)
    answer = await anew.deliver(anew.delivery(command_id, result=CARD))
    assert (answer.status, answer.body["late"]) == (200, False)
    assert (await bridge.deliver(bridge.delivery(command_id, result=CARD))).status == 401


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


async def test_scans_become_uploads_of_who_asked(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    command_id = await asked(clerk, "scan", source="feeder", format="jpeg")
    sent = [
        await bridge.scanned(command_id, content, media_type)
        for content, media_type in (
            (JPEG, "image/jpeg"),
            (PDF, "application/pdf"),
            (JPEG, "image/jpeg"),
        )
    ]
    assert [answer.status for answer in sent] == [201] * 3
    first, second, again = (answer.body["id"] for answer in sent)
    assert first == again != second
    await bridge.deliver(bridge.delivery(command_id, result={"file_ids": [first, second]}))
    assert (await shown(clerk, command_id))["result"] == {"file_ids": [first, second]}
    file = await clerk.get(f"/files/{first}")
    assert (file.status, file.content) == (200, JPEG)
    stranger = await district.person("clerk", "110102011")
    assert (await stranger.get(f"/files/{first}")).status == 404
    body = application("ST-MZ-008", HOME)
    body["materials"][0]["files"] = [first]
    assert (await clerk.post("/cases", body)).status == 201


async def test_scans_obey_the_rules_for_uploads(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "scan")

    async def code(content: bytes, media_type: str, command: str = command_id) -> tuple[int, str]:
        answer = await bridge.scanned(command, content, media_type)
        return answer.status, answer.code

    assert await code(PNG, "image/jpeg") == (422, "file_disguised")
    assert await code(b"MZ" + bytes(64), "application/pdf") == (422, "file_type_refused")
    assert await code(PDF, "text/html") == (422, "file_type_refused")
    assert await code(b"", "application/pdf") == (422, "file_empty")
    too_large = bytes(get_settings().max_file_bytes + 1)
    assert await code(too_large, "application/pdf") == (413, "file_too_large")
    assert await code(PDF, "application/pdf", str(uuid4())) == (404, "not_found")
    reading = await asked(clerk, "read_card")
    assert await code(PDF, "application/pdf", reading) == (404, "not_found")
    query = f"command_id={command_id}"
    signed = bridge.signed("POST", "/api/v1/devices/files", query, PDF)
    changed = await bridge.send(
        "POST",
        f"/api/v1/devices/files?{query}",
        PDF + b" ",
        {**signed, "Content-Type": "application/pdf"},
    )
    assert (changed.status, changed.code) == (401, "bridge_unknown")


async def test_a_scan_cannot_name_files_of_others(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    stranger = await district.person("clerk", "110102011")
    foreign = await stranger.call("POST", "/files", files={"file": ("a.pdf", PDF)})
    command_id = await asked(clerk, "scan")
    await bridge.deliver(bridge.delivery(command_id, result={"file_ids": [foreign.body["id"]]}))
    command = await shown(clerk, command_id)
    assert (command["state"], command["result"]) == ("failed", None)
    assert command["problem"]["detail"] == "/file_ids file_unknown"


async def test_a_receipt_is_printed_once(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    number = await take_in(clerk)
    command_id = await asked(clerk, "print", case_number=number, document="receipt")
    other = await paired(clerk, OTHER)
    document = f"/commands/{command_id}/document"
    assert (await other.call("GET", document)).status == 404
    paper = await bridge.call("GET", document)
    assert (paper.status, paper.headers["content-type"]) == (200, "application/pdf")
    assert number in PdfReader(BytesIO(paper.content)).pages[0].extract_text()
    printed_at = clock.now().isoformat()
    await bridge.deliver(bridge.delivery(command_id, result={"printed_at": printed_at}))
    command = await shown(clerk, command_id)
    assert command["state"] == "done"
    assert command["result"]["printed_at"]
    assert (await bridge.call("GET", document)).code == "command_over"


async def test_papers_are_printed_with_the_rights_of_who_asks(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    number = await take_in(clerk)
    assert (await ask(clerk, "print", case_number=number, document="notice")).code == (
        "no_such_paper"
    )
    far = await district.person("clerk", "110102011")
    await paired(far, "110102011-DT-01")
    for kind, more in (("print", {"document": "receipt"}), ("print_slip", {}), ("evaluate", {})):
        hidden = await ask(far, kind, "110102011-DT-01", case_number=number, **more)
        assert hidden.status in (404, 409), kind
    assert await district.session.scalar(select(func.count()).select_from(Command)) == 0


async def test_a_draft_is_nothing_to_print_or_evaluate(clerk: Person, bridge: TestBridge) -> None:
    await paired(clerk, WINDOW, "tablet")
    draft = await clerk.post("/cases", application("ST-MZ-008", HOME, submit=False))
    for kind, more in (("print", {"document": "receipt"}), ("print_slip", {}), ("evaluate", {})):
        answer = await ask(clerk, kind, case_number=draft.body["id"], **more)
        assert (answer.status, answer.code) == (404, "not_found")


async def test_a_slip_names_nobody(clerk: Person, bridge: TestBridge) -> None:
    number = await take_in(clerk)
    command_id = await asked(clerk, "print_slip", case_number=number)
    answer = await bridge.call("GET", f"/commands/{command_id}/document")
    assert answer.status == 200
    lines = {line["label"]: line["value"] for line in answer.body["lines"]}
    assert lines["办件编号"] == number
    assert lines["受理机构"] == "德胜街道 公共服务大厅"
    assert f"number={number}" in answer.body["qr"]
    assert "王" not in str(answer.body)


async def evaluated(district: District) -> tuple[Any, ...] | None:
    row = await district.session.execute(
        select(Evaluation.level, Evaluation.reason, Evaluation.channel)
    )
    found = row.one_or_none()
    return tuple(found) if found else None


@pytest.mark.parametrize(
    ("result", "kept", "finished"),
    [
        ({"level": 4}, (4, None, "device"), True),
        ({"level": None, "reason": "skipped"}, (None, "skipped", "device"), True),
        ({"level": None, "reason": "timeout"}, (None, "timed_out", "device"), False),
    ],
)
async def test_an_evaluation_is_kept_and_not_shown(
    district: District,
    clerk: Person,
    result: dict[str, Any],
    kept: tuple[Any, ...],
    finished: bool,
) -> None:
    tablet = await paired(clerk, WINDOW, "tablet")
    number = await take_in(clerk)
    command_id = await asked(clerk, "evaluate", case_number=number)
    assert (await tablet.deliver(tablet.delivery(command_id, result=result))).status == 200
    assert await evaluated(district) == kept
    command = await shown(clerk, command_id)
    assert command["result"] == {"finished": finished}
    assert set(command["parameters"]) == {"case_number"}
    again = await ask(clerk, "evaluate", case_number=number)
    assert again.status == (409 if finished else 201)
    state = await clerk.get(f"/cases/{number}/evaluation")
    assert (state.status, state.body) == (200, {"answered": finished})


async def test_the_first_answer_stays(district: District, clerk: Person) -> None:
    tablet = await paired(clerk, WINDOW, "tablet")
    number = await take_in(clerk)
    first, second = [await asked(clerk, "evaluate", case_number=number) for _ in range(2)]
    await tablet.deliver(tablet.delivery(first, result={"level": 2}))
    await tablet.deliver(tablet.delivery(second, result={"level": 5}))
    assert await evaluated(district) == (2, None, "device")


async def test_silence_is_replaced_by_an_answer(district: District, clerk: Person) -> None:
    tablet = await paired(clerk, WINDOW, "tablet")
    number = await take_in(clerk)
    for result in ({"level": None, "reason": "timeout"}, {"level": 5}):
        command_id = await asked(clerk, "evaluate", case_number=number)
        await tablet.deliver(tablet.delivery(command_id, result=result))
    assert await evaluated(district) == (5, None, "device")


async def test_what_was_called_off_is_no_evaluation(district: District, clerk: Person) -> None:
    tablet = await paired(clerk, WINDOW, "tablet")
    number = await take_in(clerk)
    command_id = await asked(clerk, "evaluate", case_number=number)
    await clerk.post(f"/devices/commands/{command_id}/cancel", None)
    answer = await tablet.deliver(tablet.delivery(command_id, result={"level": 5}))
    assert (answer.status, answer.body["late"]) == (200, True)
    assert await evaluated(district) is None


@pytest.mark.parametrize(
    "result", [{"level": 6}, {"level": None}, {"level": 3, "reason": "skipped"}]
)
async def test_an_evaluation_is_a_level_or_a_reason(
    district: District, clerk: Person, result: dict[str, Any]
) -> None:
    tablet = await paired(clerk, WINDOW, "tablet")
    command_id = await asked(clerk, "evaluate", case_number=await take_in(clerk))
    await tablet.deliver(tablet.delivery(command_id, result=result))
    assert (await shown(clerk, command_id))["problem"]["code"] == "bad_result"
    assert await evaluated(district) is None


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


async def test_documents_go_when_it_is_over(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    number = await take_in(clerk)
    command_id = await asked(clerk, "print", case_number=number, document="receipt")
    assert await jobs.drop_personal(district.sessions, get_settings()) == 0
    await clerk.post(f"/devices/commands/{command_id}/cancel", None)
    assert await jobs.drop_personal(district.sessions, get_settings()) == 1
    left = await district.session.scalar(select(func.count()).select_from(PrintDocument))
    assert left == 0


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


async def test_codes_go_when_their_time_is_over(district: District, clerk: Person) -> None:
    await clerk.post("/devices/pairing-codes", {"window_code": WINDOW})
    assert await jobs.forget_codes(district.sessions, get_settings()) == 0
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert await jobs.forget_codes(district.sessions, get_settings()) == 1
