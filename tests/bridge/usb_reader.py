"""A reader on USB: a backend of pyusb, in place of libusb and the kernel, that speaks the bytes of
the emulator over its endpoints."""

import errno
from array import array
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

from tongban_bridge.usbport import HEAD, IN_BODY, IN_HEAD, OUT_BODY, OUT_HEAD
from tongban_bridge.virtual.idcard import VirtualReader

PACKET = 64
_ENDPOINTS = (OUT_HEAD, OUT_BODY, IN_HEAD, IN_BODY)


class UsbReader(IBackend):  # type: ignore[misc]  # pyusb has no types
    """One reader, plugged in; frames go out and come in by head and body."""

    def __init__(self, reader: VirtualReader) -> None:
        self.reader = reader
        self.plugged = True
        self.refused = 0
        """An errno with which it does not open."""
        self.heard: dict[int, list[bytes]] = {OUT_HEAD: [], OUT_BODY: []}
        self.waiting: dict[int, bytearray] = {IN_HEAD: bytearray(), IN_BODY: bytearray()}

    def enumerate_devices(self) -> Iterator[object]:
        return iter([object()] if self.plugged else [])

    def get_device_descriptor(self, _dev: object) -> Any:
        numbers = {"idVendor": 0x0400, "idProduct": 0xC35A, "bcdUSB": 0x0110, "bcdDevice": 1}
        classes = {"bDeviceClass": 0xFF, "bDeviceSubClass": 0, "bDeviceProtocol": 0}
        texts = {"iManufacturer": 0, "iProduct": 0, "iSerialNumber": 0}
        place = {"bus": 1, "address": 2, "port_number": 1, "port_numbers": (1,), "speed": 2}
        sizes = {"bLength": 18, "bDescriptorType": 1, "bMaxPacketSize0": 64}
        return SimpleNamespace(
            **numbers, **classes, **texts, **place, **sizes, bNumConfigurations=1
        )

    def get_configuration_descriptor(self, _dev: object, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=46,
            bNumInterfaces=1,
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0x80,
            bMaxPower=50,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, _dev: object, intf: int, alt: int, _config: int) -> Any:
        if intf or alt:
            raise IndexError
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=0,
            bAlternateSetting=0,
            bNumEndpoints=len(_ENDPOINTS),
            bInterfaceClass=0xFF,
            bInterfaceSubClass=0,
            bInterfaceProtocol=0,
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(
        self, _dev: object, ep: int, _intf: int, _alt: int, _config: int
    ) -> Any:
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=_ENDPOINTS[ep],
            bmAttributes=2,
            wMaxPacketSize=PACKET,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, _dev: object) -> object:
        if self.refused:
            raise USBError("refused", None, self.refused)
        return object()

    def close_device(self, _handle: object) -> None:
        pass

    def get_configuration(self, _handle: object) -> int:
        return 1

    def claim_interface(self, _handle: object, _intf: int) -> None:
        pass

    def release_interface(self, _handle: object, _intf: int) -> None:
        pass

    def bulk_write(self, _handle: object, ep: int, _intf: int, data: "array[int]", _ms: int) -> int:
        self._plugged()
        self.heard[ep].append(data.tobytes())
        answer = self.reader.hear(data.tobytes())
        self.waiting[IN_HEAD] += answer[:HEAD]
        self.waiting[IN_BODY] += answer[HEAD:]
        return len(data)

    def bulk_read(
        self, _handle: object, ep: int, _intf: int, buffer: "array[int]", _ms: int
    ) -> int:
        """At most one packet: a transfer ends with a short one, and readers send short ones."""
        self._plugged()
        if not self.waiting[ep]:
            raise USBTimeoutError("nothing came", None, errno.ETIMEDOUT)
        part = bytes(self.waiting[ep][: min(PACKET, len(buffer))])
        del self.waiting[ep][: len(part)]
        buffer[: len(part)] = array("B", part)
        return len(part)

    def _plugged(self) -> None:
        if not self.plugged:
            raise USBError("gone", None, errno.ENODEV)
