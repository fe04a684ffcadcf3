"""What this PC has that settings could name: for whoever writes them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from serial.tools.list_ports import comports

from tongban_bridge.faults import Fault
from tongban_bridge.scanner import program as programs


def seen() -> Iterator[str]:
    """Serial ports (of USB adapters with vendor and product), smart-card readers, scanners of SANE
    and cameras, each by the name that `port`, `reader` or `device` takes. Built-in ports to which
    nothing need be connected are left out. SANE asks the network, which takes some seconds."""
    for port in comports():
        if port.hwid != "n/a":
            yield f"串口 · serial port: {port.device} ({port.description}, {port.hwid})"
    for reader in _smart_card_readers():
        yield f"智能卡读卡器 · smart-card reader: {reader}"
    for scanner in _scanners():
        yield f"扫描仪 · scanner: {scanner}"
    for camera in sorted(Path("/dev").glob("video*")):
        yield f"摄像头 · camera: {camera}"


def _smart_card_readers() -> list[str]:
    try:
        from smartcard import scard
    except ImportError:
        return []
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result != scard.SCARD_S_SUCCESS:
        return []
    try:
        return list(scard.SCardListReaders(context, [])[1] or [])
    finally:
        scard.SCardReleaseContext(context)


def _scanners() -> list[str]:
    program = shutil.which("scanimage")
    if program is None:
        return []
    try:
        _, listed = programs.ask([program, "--formatted-device-list=%d (%v %m)%n"])
    except Fault:
        return []
    return listed.splitlines()
