"""The driver of identity-card readers, with pyserial on a pseudo terminal."""

import base64
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tongban_bridge import idcard
from tongban_bridge.device import Command, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.idcard import protocol
from tongban_bridge.idcard.reader import SamReader
from tongban_bridge.virtual.idcard import PHOTO, VirtualReader, resident
from tongban_bridge.virtual.line import VirtualLine

JPEG = b"\xff\xd8\xff" + PHOTO
COMMAND = Command("c1", "read_card", {}, datetime.max.replace(tzinfo=UTC))


class Counter:
    """A reader, the cable to it, and the driver at its end."""

    def __init__(self, port: Path) -> None:
        self.reader = VirtualReader()
        self.line = VirtualLine(self.reader, port)
        self.driver = SamReader("idcard", "读卡器", str(port))

    def read_fails(self, seconds: float = 5.0) -> str:
        with pytest.raises(Fault) as caught:
            self.driver.read(Turn(seconds))
        return caught.value.code


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    counter = Counter(tmp_path / "reader")
    yield counter
    counter.driver.close()
    counter.line.unplug()


def test_reads_a_card(counter: Counter) -> None:
    counter.reader.lay(resident())
    outcome = counter.driver.run(COMMAND, Turn(5))
    assert outcome.result == {
        "layout": "resident",
        "name": "陈晓明",
        "sex": "男",
        "nation": "汉",
        "born_on": "1990-03-07",
        "address": "广东省深圳市宝安区福海街道示例路8号3栋502",
        "id_number": "440306199003075612",
        "authority": "深圳市公安局宝安分局",
        "valid_from": "2020-03-12",
        "valid_until": "2040-03-12",
        "sam_id": "05.01-20260101-1234567890-0987654321",
        "photo": None,
        "authenticated": True,
    }


def test_reads_the_photo_as_stored(counter: Counter) -> None:
    counter.reader.lay(resident())
    assert counter.driver.read(Turn(5)).photo == PHOTO


DECODES = "import sys; b = sys.stdin.buffer.read(); sys.stdout.buffer.write({made})"


@pytest.mark.parametrize(
    ("program", "photo"),
    [
        ([sys.executable, "-c", DECODES.format(made="b'\\xff\\xd8\\xff' + b")], JPEG),
        ([sys.executable, "-c", DECODES.format(made="b")], None),
        ([sys.executable, "-c", DECODES.format(made="b'\\xff\\xd8\\xff' + 40 * b")], None),
        ([sys.executable, "-c", "raise SystemExit(3)"], None),
        ([sys.executable, "-c", "import time; time.sleep(60)"], None),
        (["/nowhere/wlt2jpeg"], None),
    ],
    ids=["decodes", "no JPEG", "too large", "fails", "hangs", "is not there"],
)
def test_a_program_makes_the_photo_a_picture(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, program: list[str], photo: bytes | None
) -> None:
    monkeypatch.setattr(idcard.photo, "SECONDS", 0.5 if "sleep" in program[-1] else 10)
    counter.reader.lay(resident())
    driver = SamReader("idcard", "读卡器", str(counter.line.port), photo_program=program)
    result = driver.run(COMMAND, Turn(5)).result
    driver.close()
    assert result["name"] == "陈晓明"
    assert result["photo"] == (base64.b64encode(photo).decode() if photo else None)


@pytest.mark.parametrize("fingerprint", [None, b"", bytes(512), bytes(1024)])
def test_fingerprints_where_the_module_knows_them(
    counter: Counter, fingerprint: bytes | None
) -> None:
    counter.reader.fingerprint = fingerprint
    counter.reader.lay(resident())
    driver = SamReader("idcard", "读卡器", str(counter.line.port), fingerprint=True)
    reading = driver.read(Turn(5))
    driver.close()
    assert reading.fingerprint == (fingerprint or b"")
    assert reading.card.name == "陈晓明"


def test_a_port_in_use_is_said_to_be(counter: Counter) -> None:
    counter.driver.check()
    with pytest.raises(Fault, match="port_denied"):
        SamReader("idcard", "读卡器", str(counter.line.port)).check()


def test_at_the_pace_of_the_line(tmp_path: Path) -> None:
    """115200 baud: 2.7 kB take 0.23 s of the second that a card may take."""
    reader = VirtualReader()
    reader.lay(resident())
    line = VirtualLine(reader, tmp_path / "paced", baud=115200)
    driver = SamReader("idcard", "读卡器", str(line.port))
    driver.check()
    began = time.monotonic()
    assert driver.read(Turn(10)).card.name == "陈晓明"
    assert time.monotonic() - began > 0.2
    driver.close()
    line.unplug()


def test_waits_for_the_card(counter: Counter) -> None:
    looks = 0

    def lay_at_the_third_look(answer: bytes) -> bytes:
        nonlocal looks
        looks += counter.reader.heard[-1] == protocol.FIND
        if looks == 3:
            counter.reader.lay(resident())
        return answer

    counter.reader.spoil = lay_at_the_third_look
    assert counter.driver.read(Turn(5)).card.name == "陈晓明"


def test_no_card(counter: Counter) -> None:
    assert counter.read_fails(0.3) == "no_card"


def test_a_cancelled_turn_ends(counter: Counter) -> None:
    turn = Turn(30)
    turn.cancel()
    with pytest.raises(Fault, match="cancelled"):
        counter.driver.read(turn)


def test_two_cards(counter: Counter) -> None:
    counter.reader.lay(resident(), resident("王丽", "440306198511225328"))
    assert counter.read_fails() == "sam_select_failed"
    counter.reader.lay(resident("王丽", "440306198511225328"))
    assert counter.driver.read(Turn(5)).card.name == "王丽"


def test_a_card_that_stays_is_read_again(counter: Counter) -> None:
    counter.reader.lift = True
    counter.reader.lay(resident())
    counter.driver.read(Turn(5))
    assert counter.driver.read(Turn(5)).card.name == "陈晓明"


def test_an_empty_reader_is_seldom_asked_for_a_card_that_stayed(counter: Counter) -> None:
    """Each word over the line costs the counter PC, all day."""
    counter.reader.lay(resident())
    counter.driver.read(Turn(5))
    counter.reader.lay()
    counter.reader.heard.clear()
    assert counter.read_fails(0.5) == "card_still_there"
    assert counter.reader.heard.count(protocol.FIND) > 1
    assert counter.reader.heard.count(protocol.SELECT) == 1


def test_no_name_outlives_its_card(counter: Counter) -> None:
    counter.reader.lift = True
    counter.reader.lay(resident())
    counter.driver.read(Turn(5))
    counter.reader.lay()
    assert counter.read_fails(0.3) == "card_still_there"


def test_a_card_exchanged_between_two_readings(counter: Counter) -> None:
    other = protocol.frame(b"\0\0\x90\x01\0\x04\0" + resident("王丽", "440306198511225328") + PHOTO)
    counter.reader.lay(resident())
    counter.reader.spoil = every_second_read(counter.reader, lambda _: other)
    assert counter.read_fails() == "card_readings_differ"


def test_damage_that_the_check_does_not_see(counter: Counter) -> None:
    """The same bit of two bytes flipped: the check holds, the name would be another."""
    counter.reader.lay(resident())

    def flip(frame: bytes) -> bytes:
        changed = bytearray(frame)
        changed[14] ^= 1
        changed[16] ^= 1
        return bytes(changed)

    counter.reader.spoil = every_second_read(counter.reader, flip)
    assert counter.read_fails() == "card_readings_differ"


def test_a_module_that_reads_only_once_is_believed_on_a_quiet_line(counter: Counter) -> None:
    refused = protocol.frame(b"\0\0\x41")
    counter.reader.lay(resident())
    counter.reader.spoil = every_second_read(counter.reader, lambda _: refused)
    assert counter.driver.read(Turn(5)).card.name == "陈晓明"


def test_a_module_that_reads_only_once_is_not_believed_through_noise(counter: Counter) -> None:
    refused = protocol.frame(b"\0\0\x41")
    counter.reader.lay(resident())
    spoil = every_second_read(counter.reader, lambda _: refused)
    counter.reader.spoil = lambda frame: b"\x55" + spoil(frame)
    assert counter.read_fails() == "reader_garbled"


def test_noise_and_halves_are_read_through(counter: Counter) -> None:
    answers = 0

    def spoil(frame: bytes) -> bytes:
        nonlocal answers
        answers += 1
        return frame[: len(frame) // 2] if answers in (2, 5) else b"\xaa\xaa\x96" + frame + b"\xaa"

    counter.reader.spoil = spoil
    counter.reader.lay(resident())
    assert counter.driver.read(Turn(15)).card.name == "陈晓明"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda frame: frame[:-1] + bytes([frame[-1] ^ 1]), "reader_garbled"),
        (lambda frame: b"", "reader_silent"),
        (lambda frame: protocol.frame(b"\0\0\x66"), "sam_unauthorised"),
    ],
    ids=["wrong check", "silent", "unauthorised"],
)
def test_a_reader_that_is_not_well(
    counter: Counter, spoil: Callable[[bytes], bytes], code: str
) -> None:
    counter.reader.spoil = spoil
    with pytest.raises(Fault) as caught:
        counter.driver.check()
    assert caught.value.code == code


def test_pulled_out_while_it_reads(counter: Counter) -> None:
    counter.reader.lay(resident())

    def pull(frame: bytes) -> bytes:
        if counter.reader.heard[-1] != protocol.READ:
            return frame
        counter.line.say(frame[:700])
        counter.line.unplug()
        return b""

    counter.reader.spoil = pull
    assert counter.read_fails() == "unplugged"


def test_plugged_in_again(counter: Counter) -> None:
    counter.driver.check()
    counter.line.unplug()
    with pytest.raises(Fault, match="unplugged"):
        counter.driver.check()
    with pytest.raises(Fault, match="port_missing"):
        counter.driver.check()
    counter.line = VirtualLine(counter.reader, counter.line.port)
    counter.driver.check()


def every_second_read(
    reader: VirtualReader, change: Callable[[bytes], bytes]
) -> Callable[[bytes], bytes]:
    def spoil(frame: bytes) -> bytes:
        reads = reader.heard.count(protocol.READ)
        again = reader.heard[-1] == protocol.READ and reads % 2 == 0
        return change(frame) if again else frame

    return spoil


def extra(text: str) -> bytes:
    """The answer with an address that was added later."""
    return b"\0\0\x90" + text.ljust(35).encode("utf-16-le")


LATER, PRINTED = "广东省深圳市宝安区新安街道示例路9号", "广东省深圳市宝安区福海街道示例路8号3栋502"


@pytest.mark.parametrize(
    ("answers", "address"),
    [
        ([extra(LATER)], LATER),
        ([extra(LATER), extra(LATER[:-3] + "8号")], PRINTED),
        ([extra("")], PRINTED),
        ([extra("新安\u0007街道")], PRINTED),
        ([b"\0\0\x90" + bytes(70)], PRINTED),
        ([b"\0\0\x90" + bytes.fromhex("00d8") * 35], PRINTED),
        ([b"\0\0\x91"], PRINTED),
        ([b"\0\0\x41"], PRINTED),
        ([], PRINTED),
        ([b"\0\0\x90" + bytes(8)], PRINTED),
    ],
    ids=[
        "an address",
        "two that differ",
        "empty",
        "a control character",
        "zeros",
        "half characters",
        "none",
        "an error",
        "a module that does not know it",
        "another length",
    ],
)
def test_an_address_that_was_added_later(
    counter: Counter, answers: list[bytes], address: str
) -> None:
    counter.reader.extra = answers
    counter.reader.lay(resident())
    driver = SamReader("idcard", "读卡器", str(counter.line.port), extra_address=True)
    assert driver.read(Turn(10)).card.address == address
    driver.close()


def test_nobody_asks_for_it_unless_told_to(counter: Counter) -> None:
    counter.reader.extra = [extra(LATER)]
    counter.reader.lay(resident())
    assert counter.driver.read(Turn(5)).card.address == PRINTED
    assert protocol.READ_EXTRA_ADDRESS not in counter.reader.heard
