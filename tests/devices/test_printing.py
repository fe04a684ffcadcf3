"""Papers and slips: printed once, with the rights of who asks."""

from io import BytesIO

from pypdf import PdfReader
from sqlalchemy import func, select

from tests.devices.asking import HOME, OTHER, WINDOW, ask, asked, shown, take_in
from tests.support.applications import application
from tests.support.bridge import TestBridge, paired
from tests.support.district import District, Person
from tongban.core import clock
from tongban.core.settings import get_settings
from tongban.devices import jobs
from tongban.devices.models import Command, PrintDocument


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
