"""`tongban-bridge doctor`: looks at everything once and says what is wrong, in both languages."""

import email.utils
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

import httpx

from tongban_bridge.api import PREFIX, Api
from tongban_bridge.device import Command, Device, Turn
from tongban_bridge.faults import Fault, words
from tongban_bridge.identity import Identity, load_identity, queue_key
from tongban_bridge.seen import seen
from tongban_bridge.settings import build, load_settings
from tongban_bridge.store import Store

_TOLERANCE = timedelta(minutes=5)


@runtime_checkable
class PrintsTestPage(Protocol):
    """A printer."""

    def print_test(self) -> None:
        """Print a page that shows that it can."""
        ...


class NoDocuments:
    """The doctor prints test pages of its own."""

    def fetch(self, command_id: str) -> bytes:
        """There is none."""
        raise Fault("document_missing", command_id)


def examine(home: Path, client: httpx.Client) -> Iterator[tuple[bool, str]]:
    """Each finding: whether it is well, and the line that says so."""
    try:
        identity = load_identity(home)
    except Fault as fault:
        yield False, line("配对 · pairing", fault)
    else:
        yield _pairing(identity, client)
        yield from _platform(identity.server, client)
        yield from _queue(home)
    for name in seen():
        yield True, f"看到 · seen: {name}"
    try:
        settings = load_settings(home)
    except Fault as fault:
        yield False, line("配置 · settings", fault)
        return
    if not settings.devices:
        yield False, f"配置 · settings: {home / 'settings.toml'} 未配置设备 · names no devices"
    for one in settings.devices:
        yield _device(one)


def find_device(home: Path, command: str) -> Device:
    """The first device of the settings that takes such a command.

    Raises:
        Fault: `no_device`.
    """
    for one in load_settings(home).devices:
        device = build(one, NoDocuments())
        if command in device.commands:
            return device
    raise Fault("no_device", command)


def read_card(home: Path, seconds: float) -> dict[str, Any]:
    """Read a card now. Raises Fault."""
    device = find_device(home, "read_card")
    command = Command("doctor", "read_card", {}, datetime.now(UTC))
    try:
        return device.run(command, Turn(seconds)).result
    finally:
        device.close()


def print_pages(home: Path) -> Iterator[str]:
    """Print a test page on each printer; the names of those that did. Raises Fault."""
    for one in load_settings(home).devices:
        device = build(one, NoDocuments())
        if isinstance(device, PrintsTestPage):
            try:
                device.print_test()
            finally:
                device.close()
            yield one.name


def line(what: str, fault: Fault) -> str:
    """A fault as the doctor says it."""
    return f"{what}: {words(fault)}"


def _pairing(identity: Identity, client: httpx.Client) -> tuple[bool, str]:
    """Whether the platform still knows this bridge: it is asked for a document that is none."""
    what = f"配对 · pairing: {identity.window} ({identity.server})"
    try:
        Api(identity, client).fetch(str(uuid.uuid4()))
    except Fault as fault:
        if fault.code in ("bridge_unknown", "bridge_revoked"):
            return False, line(what, fault)
        if fault.code != "document_missing":  # of the platform more is said below
            return True, f"{what}: 未能向平台核实 · kept here, the platform was not asked"
    return True, what


def _device(settings: Any) -> tuple[bool, str]:
    what = f"{settings.name} ({settings.id}, {settings.driver})"
    try:
        device = build(settings, NoDocuments())
        try:
            device.check()
        finally:
            device.close()
    except Fault as fault:
        return False, line(what, fault)
    return True, f"{what}: 正常 · ready"


def _platform(server: str, client: httpx.Client) -> Iterator[tuple[bool, str]]:
    what = f"平台 · platform {server}"
    address = urlsplit(server)
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost", "::1"):
        yield False, f"{what}: 未加密，请改用 https · not encrypted, use https"
    try:
        answer = client.get(f"{server}{PREFIX}/windows")
        now = datetime.now(UTC)
        said = email.utils.parsedate_to_datetime(answer.headers["date"])
    except httpx.HTTPError as problem:
        yield False, line(what, Fault("unreachable", type(problem).__name__))
        return
    except (KeyError, ValueError):
        yield True, f"{what}: 可访问 · reachable"
        return
    off = abs(now - said)
    if off > _TOLERANCE:
        yield False, line(what, Fault("clock", str(off)))
    else:
        yield True, f"{what}: 可访问 · reachable"


def _queue(home: Path) -> Iterator[tuple[bool, str]]:
    try:
        store = Store(home / "queue.sqlite", queue_key(home))
    except Fault as fault:
        yield False, line("队列 · queue", fault)
        return
    yield True, f"队列 · queue: {store.count()} 条待上传 · waiting"
    store.close()
