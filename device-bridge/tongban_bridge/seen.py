"""What this PC has that settings could name: for whoever writes them."""

from collections.abc import Iterator

from serial.tools.list_ports import comports


def seen() -> Iterator[str]:
    """Serial ports (of USB adapters with vendor and product) and smart-card readers, each by the
    name that `port` or `reader` takes. Built-in ports to which nothing need be connected are left
    out."""
    for port in comports():
        if port.hwid != "n/a":
            yield f"串口 · serial port: {port.device} ({port.description}, {port.hwid})"
    for reader in _smart_card_readers():
        yield f"智能卡读卡器 · smart-card reader: {reader}"


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
