"""Readers on USB, through pyusb; what stands for the kernel is a backend of its own."""

import errno

import pytest
import usb.backend.libusb0
import usb.backend.libusb1
import usb.backend.openusb

from tests.bridge.usb_reader import UsbReader
from tongban_bridge.device import Turn
from tongban_bridge.faults import Fault
from tongban_bridge.idcard import protocol
from tongban_bridge.idcard.reader import SamReader
from tongban_bridge.usbport import IN_HEAD, OUT_BODY, OUT_HEAD
from tongban_bridge.virtual.idcard import PHOTO, VirtualReader, resident

PORT = "usb:0400:c35a"


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> UsbReader:
    backend = UsbReader(VirtualReader())
    monkeypatch.setattr(usb.backend.libusb1, "get_backend", lambda: backend)
    return backend


def driver(port: str = PORT) -> SamReader:
    return SamReader("idcard", "读卡器", port)


def fault_of(reader: SamReader) -> str:
    with pytest.raises(Fault) as caught:
        reader.check()
    return caught.value.code


def test_reads_a_card(backend: UsbReader) -> None:
    backend.reader.lay(resident())
    reader = driver()
    reading = reader.read(Turn(5))
    assert (reading.card.name, reading.photo) == ("陈晓明", PHOTO)
    reader.close()
    assert {len(head) for head in backend.heard[OUT_HEAD]} == {len(protocol.PREAMBLE) + 2}
    assert backend.heard[OUT_BODY][0] == protocol.frame(protocol.SAM_ID)[7:]


def test_what_came_too_late_is_dropped(backend: UsbReader) -> None:
    backend.waiting[IN_HEAD] += protocol.frame(b"\0\0\x80")[:3]
    reader = driver()
    reader.check()
    backend.reader.lay(resident())
    assert reader.read(Turn(5)).card.name == "陈晓明"


def test_unplugged_and_plugged_in_again(backend: UsbReader) -> None:
    reader = driver()
    reader.check()
    backend.plugged = False
    assert fault_of(reader) == "unplugged"
    assert fault_of(reader) == "port_missing"
    backend.plugged = True
    reader.check()


def test_why_it_does_not_open(backend: UsbReader) -> None:
    for refusal in (errno.EACCES, errno.EBUSY):
        backend.refused = refusal
        assert fault_of(driver()) == "port_denied"
    backend.refused = 0
    assert fault_of(driver("usb:0400:0000")) == "port_missing"
    assert fault_of(driver("usb:reader")) == "port_missing"


def test_without_libusb_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (usb.backend.libusb1, usb.backend.openusb, usb.backend.libusb0):
        monkeypatch.setattr(module, "get_backend", lambda: None)
    assert fault_of(driver()) == "driver_missing"
