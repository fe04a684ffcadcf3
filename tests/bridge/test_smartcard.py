"""Social security cards: the commands by themselves, then through the system's real PC/SC."""

import fcntl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bridge.stand_in import await_that
from tests.bridge.system import program, unavailable
from tests.support.live import free_port
from tongban_bridge.device import Command, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.seen import seen
from tongban_bridge.smartcard.social import SocialCard, read_social_card
from tongban_bridge.virtual.smartcard import PERSON, VirtualSlot, VirtualSocialCard
from tongban_bridge.worker import Worker

if TYPE_CHECKING:
    from tongban_bridge.smartcard.driver import SmartCardReader

pytestmark = pytest.mark.slow

COMMAND = Command("c1", "read_card", {}, datetime.max.replace(tzinfo=UTC))
CHEN = SocialCard(
    name="陈晓明",
    id_number="440306199003075612",
    sex="男",
    nation="汉",
    born_on="1990-03-07",
    valid_from="2020-03-12",
    valid_until="2030-03-12",
)


def read(card: VirtualSocialCard) -> SocialCard:
    def transmit(command: bytes) -> tuple[bytes, int]:
        answer = card.answer(command)
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    return read_social_card(transmit)


@pytest.mark.parametrize(
    "card",
    [
        VirtualSocialCard(),
        VirtualSocialCard(by_tag=False),
        VirtualSocialCard(select_by=0x00),
        VirtualSocialCard(
            PERSON | {0x0A: b"\x01", 0x0B: b"\x01", 0x0D: b"19900307"},
        ),
    ],
    ids=["by tag", "by record", "selected otherwise", "packed otherwise"],
)
def test_regions_differ(card: VirtualSocialCard) -> None:
    assert read(card) == CHEN


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (VirtualSocialCard(pin=True), "smart_card_pin"),
        (VirtualSocialCard({}), "card_unreadable"),
        (VirtualSocialCard(PERSON | {0x09: b"\xff\xfe"}), "card_unreadable"),
        (VirtualSocialCard(PERSON | {0x09: b"<script>"}), "card_unreadable"),
        (VirtualSocialCard(PERSON | {0x08: b"12"}), "card_unreadable"),
        (VirtualSocialCard(select_by=0x09), "smart_card_unknown"),
    ],
)
def test_cards_that_do_not_say_who(card: VirtualSocialCard, code: str) -> None:
    with pytest.raises(Fault) as caught:
        read(card)
    assert caught.value.code == code


def test_what_is_missing_or_odd_is_null() -> None:
    card = read(VirtualSocialCard(PERSON | {0x0A: b"7", 0x0B: b"77", 0x0D: b"\x19\x90"}))
    assert (card.sex, card.nation, card.born_on) == (None, None, None)


_READER = """FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:{port:#x}
LIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so
CHANNELID {port:#x}
"""


@pytest.fixture
def alone() -> Iterator[None]:
    """One test at a time in all workers, as a system has one service."""
    with (Path(tempfile.gettempdir()) / "tongban-pcsc.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def port(alone: None) -> int:
    """Where the virtual reader listens: never one that an earlier service has just left. Chosen
    once it is our turn: while we wait, somebody else could take it."""
    return free_port()


@pytest.fixture
def reader(port: int, tmp_path: Path) -> Iterator["SmartCardReader"]:
    """The system's PC/SC with a virtual reader."""
    if find_spec("smartcard") is None:
        unavailable("pyscard is not installed (device-bridge/cards.lock)")
    from tongban_bridge.smartcard.driver import SmartCardReader

    (tmp_path / "reader.conf").write_text(_READER.format(port=port))
    process = subprocess.Popen(
        [program("pcscd"), "--foreground", "--config", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    reader = SmartCardReader("sc", "社保卡读卡器", "Virtual PCD")
    try:
        _wait_for(process, reader)
        yield reader
    finally:
        reader.close()
        process.terminate()
        process.communicate(timeout=10)


def _wait_for(process: subprocess.Popen[str], reader: "SmartCardReader") -> None:
    def there() -> bool:
        if process.poll() is not None:
            unavailable(f"pcscd does not start: {process.communicate()[0].strip()}")
        try:
            reader.check()
        except Fault:
            return False
        return True

    await_that(there, 20)


@pytest.mark.parametrize("chatty", [False, True])
def test_a_card_over_pcsc(reader: "SmartCardReader", port: int, chatty: bool) -> None:
    slot = VirtualSlot(VirtualSocialCard(chatty=chatty), port)
    result = reader.run(COMMAND, Turn(20)).result
    slot.pull()
    assert (result["name"], result["id_number"]) == (CHEN.name, CHEN.id_number)
    assert (result["layout"], result["authenticated"]) == ("social_security", False)


def test_the_doctor_sees_the_reader(reader: "SmartCardReader") -> None:
    assert any(name.startswith("智能卡读卡器 · smart-card reader: Virtual PCD") for name in seen())


def test_cards_come_and_go(reader: "SmartCardReader", port: int) -> None:
    with pytest.raises(Fault, match="no_smart_card"):
        reader.run(COMMAND, Turn(0.3))
    inserted = threading.Timer(0.2, lambda: slots.append(VirtualSlot(VirtualSocialCard(), port)))
    slots: list[VirtualSlot] = []
    inserted.start()
    assert reader.run(COMMAND, Turn(20)).result["name"] == CHEN.name
    slots[0].pull()
    await_that(lambda: fails(reader) == "no_smart_card")

    held: list[VirtualSlot] = []

    def take_out(command: bytes) -> None:
        for slot in held:
            slot.pull()

    held.append(VirtualSlot(VirtualSocialCard(), port, spoil=take_out))
    assert fails(reader, 20) == "smart_card_removed"


def test_a_card_is_noticed_unread(reader: "SmartCardReader", port: int) -> None:
    told: list[bool | None] = []
    worker = Worker(reader, lambda: told.append(worker.state.card), look_every=0.1)
    worker.start()
    await_that(lambda: told and told[-1] is False)
    slot = VirtualSlot(VirtualSocialCard(), port)
    await_that(lambda: told[-1] is True)
    slot.pull()
    await_that(lambda: told[-1] is False)
    worker.stop()


def fails(reader: "SmartCardReader", seconds: float = 0.1) -> str:
    with pytest.raises(Fault) as caught:
        reader.run(COMMAND, Turn(seconds))
    return caught.value.code


@pytest.mark.usefixtures("alone")
def test_without_the_service() -> None:
    if find_spec("smartcard") is None:
        unavailable("pyscard is not installed (device-bridge/cards.lock)")
    from tongban_bridge.smartcard.driver import SmartCardReader

    with pytest.raises(Fault) as caught:
        SmartCardReader("sc", "社保卡读卡器", "no such reader").check()
    assert caught.value.code in {"pcsc_service", "device_missing"}
