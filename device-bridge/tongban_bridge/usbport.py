"""A SAM_V module on USB (bulk transfers), read and written as a serial port is.

The head of a frame, preamble and length, goes to one endpoint and the rest to another; answers come
the same way (as published; not tried on a reader).
"""

import contextlib
import errno
import re
import time
from typing import Any

from tongban_bridge.faults import Fault
from tongban_bridge.idcard.protocol import LONGEST, PREAMBLE

OUT_HEAD, OUT_BODY, IN_HEAD, IN_BODY = 0x02, 0x06, 0x81, 0x85
HEAD = len(PREAMBLE) + 2
"""Bytes of preamble and length."""

_NAME = re.compile("usb:([0-9a-fA-F]{4}):([0-9a-fA-F]{4})")
_WRITE_MS, _DRAIN_MS = 1000, 1


def is_usb(port: str) -> bool:
    """Whether a port of the settings is one of these, `usb:0400:c35a`."""
    return port.startswith("usb:")


class UsbPort:
    """The first device with the vendor and product of its name."""

    def __init__(self, name: str) -> None:
        """Open it.

        Raises:
            Fault: `port_missing`, `port_denied`, `driver_missing` without pyusb or libusb.
        """
        try:
            import usb.core
        except ImportError as missing:
            raise Fault("driver_missing", str(missing)) from None
        self._errors = usb.core
        self.name = name
        numbers = _NAME.fullmatch(name)
        if numbers is None:
            raise Fault("port_missing", name)
        vendor, product = (int(number, 16) for number in numbers.groups())
        try:
            device = usb.core.find(idVendor=vendor, idProduct=product)
            if device is None:
                raise Fault("port_missing", name)
            _configure(device)
        except usb.core.NoBackendError:
            raise Fault("driver_missing", "libusb") from None
        except usb.core.USBError as problem:
            denied = problem.errno in (errno.EACCES, errno.EBUSY)
            raise Fault("port_denied" if denied else "port_missing", name) from None
        self._device: Any = device

    def write(self, data: bytes) -> None:
        """Send a frame, after dropping what arrived unasked.

        Raises:
            Fault: `unplugged`.
        """
        for endpoint in (IN_HEAD, IN_BODY):
            while self._receive(endpoint, _DRAIN_MS):
                pass
        try:
            self._device.write(OUT_HEAD, data[:HEAD], _WRITE_MS)
            self._device.write(OUT_BODY, data[HEAD:], _WRITE_MS)
        except self._errors.USBError:
            raise Fault("unplugged", self.name) from None

    def read(self, until: float) -> bytes:
        """What arrives first with what it announces, empty at the monotonic time `until`.

        Raises:
            Fault: `unplugged`.
        """
        received = self._receive(IN_HEAD, _left(until))
        # The rest is asked for only behind its head: the two endpoints keep no order.
        size = HEAD + int.from_bytes(received[HEAD - 2 : HEAD], "big")
        while HEAD <= len(received) < size and (more := self._receive(IN_BODY, _left(until))):
            received += more
        return received

    def close(self) -> None:
        """Let go of it, also when it is gone."""
        from usb.util import dispose_resources

        with contextlib.suppress(self._errors.USBError):
            dispose_resources(self._device)

    def _receive(self, endpoint: int, milliseconds: int) -> bytes:
        if milliseconds <= 0:
            return b""
        try:
            return bytes(self._device.read(endpoint, LONGEST, milliseconds))
        except self._errors.USBTimeoutError:
            return b""
        except self._errors.USBError:
            raise Fault("unplugged", self.name) from None


def _configure(device: Any) -> None:
    """Only where nobody has: setting a configuration again resets some readers."""
    from usb.core import USBError

    try:
        device.get_active_configuration()
    except USBError as problem:
        if problem.errno in (errno.EACCES, errno.EBUSY):
            raise
        device.set_configuration()


def _left(until: float) -> int:
    return int((until - time.monotonic()) * 1000)
