"""What stands on this counter: `settings.toml` in the bridge's folder, and how devices are made."""

import tomllib
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from tongban_bridge.device import Device, Documents
from tongban_bridge.faults import Fault

DRIVERS = {
    "sam_v": ("tongban_bridge.idcard.reader", "SamReader"),
    "pcsc": ("tongban_bridge.smartcard.driver", "SmartCardReader"),
    "escl": ("tongban_bridge.scanner.escl", "EsclScanner"),
    "sane": ("tongban_bridge.scanner.sane", "SaneScanner"),
    "naps2": ("tongban_bridge.scanner.naps2", "Naps2Scanner"),
    "camera": ("tongban_bridge.scanner.camera", "DocumentCamera"),
    "evaluator": ("tongban_bridge.evaluator.driver", "Evaluator"),
    "ipp": ("tongban_bridge.printer.ipp", "IppPrinter"),
    "spooler": ("tongban_bridge.printer.spooler", "WindowsPrinter"),
    "escpos": ("tongban_bridge.printer.slip", "SlipPrinter"),
}
"""Name in the settings to module and class; a driver is loaded when a counter has its device."""

MOST_DEVICES, LONGEST_NAME = 32, 60
"""What the platform takes of one bridge."""

_PRINTING = {"ipp", "spooler", "escpos"}

EXAMPLE = """\
# 通办设备桥 · what stands on this counter. Every driver: see the README.
page_port = 8640
# server = "https://tongban.example.gov.cn"

# [[devices]]
# id = "idcard"
# name = "身份证阅读器"
# driver = "sam_v"
# port = "COM3"
"""


@dataclass(frozen=True)
class Limits:
    """How much may wait for the network, and how long."""

    bytes: int = 512 * 2**20
    days: int = 7
    """At most 30: the platform forgets then what it asked for."""


@dataclass(frozen=True)
class DeviceSettings:
    """One entry of `[[devices]]`; `options` go to its driver."""

    id: str
    name: str
    driver: str
    options: dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """The whole file. `page_origins` may use the loopback page besides the page itself, `server`
    is the platform's address that it proposes for pairing."""

    devices: list[DeviceSettings] = field(default_factory=list)
    server: str = ""
    page_port: int = 8640
    page_origins: list[str] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)


def keep_example(home: Path) -> None:
    """Write an example of the settings where there are none."""
    path = home / "settings.toml"
    if not path.exists():
        path.write_text(EXAMPLE, encoding="utf-8")


def load_settings(home: Path) -> Settings:
    """Read the settings; without a file there are no devices.

    Raises:
        Fault: `settings` with what is wrong.
    """
    path = home / "settings.toml"
    if not path.exists():
        return Settings()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = data.pop("devices", [])
        limits = Limits(**data.pop("limits", {}))
        devices = [_device(dict(entry)) for entry in entries]
        settings = Settings(devices=devices, limits=limits, **data)
        _check(settings)
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise Fault("settings", f"{path}: {problem}") from None
    ids = [device.id for device in devices]
    if len(set(ids)) < len(ids):
        raise Fault("settings", f"{path}: two devices have the same id")
    if len(ids) > MOST_DEVICES:
        raise Fault("settings", f"{path}: more than {MOST_DEVICES} devices")
    return settings


def _check(settings: Settings) -> None:
    """Raises ValueError for what is of another kind than it should be."""
    limits, origins = settings.limits, settings.page_origins
    if not _is_number(settings.page_port, 0, 65535):
        raise ValueError("page_port is a number from 0 to 65535")
    if not isinstance(settings.server, str):
        raise ValueError('server is a text: "https://tongban.example.gov.cn"')
    if not isinstance(origins, list) or not all(isinstance(one, str) for one in origins):
        raise ValueError('page_origins is a list: ["https://tongban.example.gov.cn"]')
    if not _is_number(limits.bytes, 1, 2**40) or not _is_number(limits.days, 1, 30):
        raise ValueError("limits: bytes and days (1 to 30) are numbers")


def _is_number(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _device(entry: dict[str, Any]) -> DeviceSettings:
    if not {"id", "driver"} <= entry.keys():
        raise ValueError("each of [[devices]] has an id and a driver")
    id, driver = str(entry.pop("id")), str(entry.pop("driver"))
    if driver not in DRIVERS:
        raise ValueError(f"{id}: driver is one of {', '.join(DRIVERS)}")
    name = str(entry.pop("name", id))
    if not all(1 <= len(text) <= LONGEST_NAME for text in (id, name)):
        raise ValueError(f"{id}: id and name have 1 to {LONGEST_NAME} characters")
    return DeviceSettings(id, name, driver, entry)


def build(settings: DeviceSettings, documents: Documents) -> Device:
    """Make a device from its settings; nothing is opened yet.

    Raises:
        Fault: `settings` for options that its driver does not take, `driver_missing` where a
            library is not installed.
    """
    module, name = DRIVERS[settings.driver]
    options = dict(settings.options)
    if settings.driver in _PRINTING:
        options["documents"] = documents
    try:
        return cast(
            Device, getattr(import_module(module), name)(settings.id, settings.name, **options)
        )
    except TypeError as problem:
        raise Fault("settings", f"{settings.id}: {problem}") from None
    except ImportError as problem:
        raise Fault("driver_missing", f"{settings.id}: {problem}") from None
