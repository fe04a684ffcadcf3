"""Printing by IPP: against CUPS' own printer program, and against one of ours that can fail."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bridge.discovery import dns_sd
from tests.bridge.stand_in import await_that
from tests.bridge.system import program, unavailable
from tongban_bridge.device import Command, Turn
from tongban_bridge.faults import Fault, known_codes
from tongban_bridge.printer.ipp import IppPrinter
from tongban_bridge.printer.ipp_codec import Operation, Tag, decode, encode
from tongban_bridge.printer.testpage import test_page as a_page
from tongban_bridge.virtual.ipp import VirtualPrinter

COMMAND = Command(
    "c1", "print", {"document": "receipt", "copies": 1}, datetime.max.replace(tzinfo=UTC)
)
PDF = a_page()


class Documents:
    def fetch(self, command_id: str) -> bytes:
        return PDF


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    printer = VirtualPrinter()
    yield printer
    printer.stop()


@pytest.fixture
def driver(printer: VirtualPrinter) -> Iterator[IppPrinter]:
    driver = IppPrinter("p", "打印机", printer.uri, documents=Documents())
    yield driver
    driver.close()


def fails(driver: IppPrinter, seconds: float = 5.0) -> str:
    with pytest.raises(Fault) as caught:
        driver.run(COMMAND, Turn(seconds))
    return caught.value.code


def test_a_document_is_printed(printer: VirtualPrinter, driver: IppPrinter) -> None:
    driver.check()
    outcome = driver.run(COMMAND, Turn(5))
    assert datetime.fromisoformat(outcome.result["printed_at"]).tzinfo
    assert printer.jobs == [("tongban-c1", PDF)]


def test_a_test_page(printer: VirtualPrinter, driver: IppPrinter) -> None:
    driver.print_test()
    ((name, document),) = printer.jobs
    assert name.startswith("tongban-test-")
    assert document.startswith(b"%PDF")


def test_a_busy_printer_is_asked_again(printer: VirtualPrinter, driver: IppPrinter) -> None:
    printer.busy = 1
    driver.run(COMMAND, Turn(5))
    assert len(printer.jobs) == 1


def test_a_printer_that_stays_busy(printer: VirtualPrinter, driver: IppPrinter) -> None:
    printer.busy = 100
    assert fails(driver, 0.1) == "printer_busy"
    assert printer.jobs == []


def test_a_lost_answer_is_looked_up_and_not_sent_again(
    printer: VirtualPrinter, driver: IppPrinter
) -> None:
    printer.drop_answer = True
    driver.run(COMMAND, Turn(5))
    assert len(printer.jobs) == 1


@pytest.mark.parametrize(("state", "code"), [(7, "print_cancelled"), (8, "print_failed")])
def test_a_job_that_ends_badly(
    printer: VirtualPrinter, driver: IppPrinter, state: int, code: str
) -> None:
    printer.final_state = state
    assert fails(driver) == code


def test_a_job_that_hangs_is_taken_back(printer: VirtualPrinter, driver: IppPrinter) -> None:
    printer.final_state = 5
    assert fails(driver, 0.5) == "expired"
    assert printer.cancelled == {1}


def test_switched_off_while_it_prints(printer: VirtualPrinter, driver: IppPrinter) -> None:
    printer.final_state = 5
    caught: list[str] = []
    thread = threading.Thread(target=lambda: caught.append(fails(driver, 1.0)))
    thread.start()
    await_that(lambda: printer.jobs)
    printer.stop()
    thread.join(timeout=30)
    assert caught == ["unconfirmed"]


def test_nobody_waits_long_for_a_printer_that_was_pulled_out(printer: VirtualPrinter) -> None:
    printer.held = True
    driver = IppPrinter("printer", "打印机", printer.uri, documents=Documents(), away=0.2)
    caught: list[str] = []
    thread = threading.Thread(target=lambda: caught.append(fails(driver, 600)))
    thread.start()
    await_that(lambda: printer.jobs)
    printer.stop()
    thread.join(timeout=30)
    driver.close()
    assert caught == ["unconfirmed"]


def test_switched_off_before(printer: VirtualPrinter, driver: IppPrinter) -> None:
    printer.stop()
    assert fails(driver) == "device_offline"


@pytest.mark.parametrize(
    ("reasons", "code"),
    [
        ("media-empty-error", "paper_out"),
        ("media-jam", "paper_jam"),
        ("cover-open", "printer_open"),
        ("marker-supply-empty-error", "toner_out"),
        ("other", "printer_stopped"),
    ],
)
def test_why_a_printer_has_stopped(
    printer: VirtualPrinter, driver: IppPrinter, reasons: str, code: str
) -> None:
    printer.state, printer.reasons = 5, reasons
    with pytest.raises(Fault) as caught:
        driver.check()
    assert caught.value.code == code


def test_a_printer_without_pdf(printer: VirtualPrinter, driver: IppPrinter) -> None:
    printer.formats = ("image/urf", "image/pwg-raster")
    with pytest.raises(Fault, match="printer_no_pdf"):
        driver.check()


def test_a_message_as_the_standard_prints_it() -> None:
    """RFC 8010, A.5: Get-Jobs, cut to what it is about."""
    content = encode(
        Operation.GET_JOBS,
        0x7B,
        [
            (
                Tag.OPERATION,
                [
                    (Tag.CHARSET, "attributes-charset", "us-ascii"),
                    (Tag.LANGUAGE, "attributes-natural-language", "en-us"),
                    (Tag.INTEGER, "limit", 50),
                    (Tag.KEYWORD, "requested-attributes", ("job-id", "job-name")),
                ],
            )
        ],
    )
    expected = (
        bytes.fromhex("0200 000A 0000007B 01 47 0012")
        + b"attributes-charset"
        + bytes.fromhex("0008")
        + b"us-ascii"
        + bytes.fromhex("48 001B")
        + b"attributes-natural-language"
        + bytes.fromhex("0005")
        + b"en-us"
        + bytes.fromhex("21 0005")
        + b"limit"
        + bytes.fromhex("0004 00000032 44 0014")
        + b"requested-attributes"
        + bytes.fromhex("0006")
        + b"job-id"
        + bytes.fromhex("44 0000 0008")
        + b"job-name"
        + bytes.fromhex("03")
    )
    assert content == expected
    assert decode(content).group(Tag.OPERATION).attributes["requested-attributes"] == [
        "job-id",
        "job-name",
    ]


@settings(max_examples=500, deadline=None, database=None)
@given(st.binary(max_size=200), st.integers(0, 150), st.integers(0, 255))
def test_no_answer_crashes_the_reader(garbage: bytes, place: int, byte: int) -> None:
    good = bytearray(encode(0, 1, [(Tag.JOB, [(Tag.INTEGER, "job-id", 1)])]))
    good[place % len(good)] = byte
    for content in (garbage, bytes(good), b"\2\0\0\0\0\0\0\1" + garbage):
        try:
            decode(content)
        except Fault as fault:
            code = fault.code
        else:
            code = "printer_not_ipp"
        assert code in known_codes()


@pytest.fixture
def ippeveprinter(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """CUPS' own printer: its address, and the folder of what it printed."""
    path = program("ippeveprinter")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    spool = tmp_path / "spool"
    spool.mkdir()
    driver = IppPrinter("p", "p", f"ipp://localhost:{port}/ipp/print", documents=Documents())
    options = ["-f", "application/pdf", "-d", str(spool), "-k", "-r", "off", "Sim"]
    with (
        dns_sd(tmp_path) as environment,
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [path, "-p", str(port), "-n", "localhost", *options],
            env=environment,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            _wait_for(process, driver, tmp_path / "log")
            yield f"ipp://localhost:{port}/ipp/print", spool
        finally:
            driver.close()
            process.terminate()


def _wait_for(process: subprocess.Popen[bytes], driver: IppPrinter, log: Path) -> None:
    def answers() -> bool:
        if process.poll() is not None:
            unavailable(f"ippeveprinter does not start: {log.read_text().strip()}")
        try:
            driver.check()
        except Fault:
            return False
        return True

    await_that(answers, 20)


@pytest.mark.slow
def test_ippeveprinter_gets_the_very_document(ippeveprinter: tuple[str, Path]) -> None:
    uri, spool = ippeveprinter
    driver = IppPrinter("p", "打印机", uri, documents=Documents())
    driver.run(COMMAND, Turn(30))
    driver.close()
    assert [path.read_bytes() for path in spool.glob("*.pdf")] == [PDF]
