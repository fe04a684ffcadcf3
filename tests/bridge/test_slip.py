"""Slips by ESC/POS, into a TCP sink, a serial line and a file."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from tests.bridge.stand_in import await_that
from tongban_bridge.device import Command, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.printer.slip import SlipPrinter
from tongban_bridge.printer.slip_layout import Slip, compose, layout, parse
from tongban_bridge.virtual.line import VirtualLine
from tongban_bridge.virtual.slip import VirtualSlipPrinter

COMMAND = Command("c1", "print_slip", {"case_number": "1"}, datetime.max.replace(tzinfo=UTC))
SLIP = {
    "title": "受理凭条",
    "lines": [
        {"label": "办件编号", "value": "4403060070012026010500001"},
        {"label": "事项", "value": "高龄津贴申请（八十周岁以上户籍老人）"},
        {"label": "申请人", "value": "陈*明"},
    ],
    "qr": "https://tongban.example.gov.cn/progress",
}


class Documents:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def fetch(self, command_id: str) -> bytes:
        return self.content


def driver(port: str, *, content: object = SLIP, font: str | None = None) -> SlipPrinter:
    documents = Documents(json.dumps(content).encode())
    return SlipPrinter("p", "小票打印机", port, documents=documents, font=font)


@pytest.fixture(params=[True, False], ids=["answers", "deaf"])
def printer(request: pytest.FixtureRequest) -> Iterator[VirtualSlipPrinter]:
    printer = VirtualSlipPrinter(answers=request.param)
    yield printer
    printer.stop()


@pytest.fixture
def answering() -> Iterator[VirtualSlipPrinter]:
    printer = VirtualSlipPrinter()
    yield printer
    printer.stop()


def test_a_slip_is_printed(printer: VirtualSlipPrinter) -> None:
    device = driver(printer.address)
    device.check()
    outcome = device.run(COMMAND, Turn(5))
    assert datetime.fromisoformat(outcome.result["printed_at"]).tzinfo
    await_that(lambda: printer.slips)
    (slip,) = printer.slips
    assert slip.startswith(b"\x1b\x40\x1c\x26")
    assert "受理凭条".encode("gb18030") in slip
    assert b"4403060070012026010500001" in slip
    assert b"\x1d\x76\x30" in slip, "the code, as raster"
    assert slip.rstrip(b"\0").endswith((b"\x1dV", b"\x1dVA")), "cut at the end"


@pytest.mark.parametrize(
    ("status", "code"), [(0x16, "printer_open"), (0x32, "paper_out"), (0x52, "printer_stopped")]
)
def test_what_ails_a_printer(answering: VirtualSlipPrinter, status: int, code: str) -> None:
    answering.status = status
    with pytest.raises(Fault, match=code):
        driver(answering.address).run(COMMAND, Turn(5))
    assert answering.slips == []


def test_paper_ends_in_the_middle(answering: VirtualSlipPrinter) -> None:
    answering.paper = 0x0C
    with pytest.raises(Fault, match="unconfirmed"):
        driver(answering.address).run(COMMAND, Turn(5))


def test_switched_off_in_the_middle(answering: VirtualSlipPrinter) -> None:
    answering.break_after = 100
    with pytest.raises(Fault, match="unconfirmed"):
        driver(answering.address).run(COMMAND, Turn(5))


def test_switched_off_before(answering: VirtualSlipPrinter) -> None:
    answering.stop()
    with pytest.raises(Fault, match="device_offline"):
        driver(answering.address).check()


def test_a_serial_printer(tmp_path: Path) -> None:
    received = bytearray()
    whole = threading.Event()

    class Sink:
        def hear(self, data: bytes) -> bytes:
            received.extend(data)
            if b"\x1dV" in received:
                whole.set()
            return b""

    line = VirtualLine(Sink(), tmp_path / "slip")
    driver(str(line.port)).run(COMMAND, Turn(20))
    assert whole.wait(5)
    line.unplug()
    assert "申请人".encode("gb18030") in received


def test_the_layout_keeps_to_the_paper() -> None:
    for columns in (32, 48):
        lines = layout(parse(json.dumps(SLIP).encode()), columns)
        assert all(len(line.encode("gbk")) <= columns for line in lines)
    assert layout(Slip("", [("", "一二三四五六七八九")], ""), 8)[1:4] == [
        "一二三四",
        "五六七八",
        "九",
    ]


def test_no_control_character_becomes_a_command() -> None:
    slip = compose(Slip("a\x1b@", [("b", "c\x1dV\x00")], ""), 32)
    assert slip.count(b"\x1b@") == 1
    assert slip.count(b"\x1dV") == 1


def test_rare_characters_have_four_bytes() -> None:
    assert "㐀𠮷".encode("gb18030") in compose(Slip("㐀𠮷", [], ""), 32)


def test_a_printer_without_chinese(answering: VirtualSlipPrinter) -> None:
    fonts = files("pylopdf_fonts_zh_cn")
    font = next(path for path in Path(str(fonts)).rglob("*.[ot]tf") if "Sans" in path.name)
    driver(answering.address, font=str(font)).run(COMMAND, Turn(5))
    await_that(lambda: answering.slips)
    assert "受理凭条".encode("gb18030") not in answering.slips[0]
    assert answering.slips[0].count(b"\x1d\x76\x30") >= 2


@pytest.mark.parametrize("content", [[], {"title": "x"}, {"title": "x", "lines": [1]}])
def test_a_slip_that_is_none(answering: VirtualSlipPrinter, content: object) -> None:
    with pytest.raises(Fault, match="document_missing"):
        driver(answering.address, content=content).run(COMMAND, Turn(5))


def test_a_test_slip(answering: VirtualSlipPrinter) -> None:
    driver(answering.address).print_test()
    await_that(lambda: answering.slips)
    assert "测试页".encode("gb18030") in answering.slips[0]
