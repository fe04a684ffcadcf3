"""Evaluators on a serial line, with pyserial on a pseudo terminal."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban_bridge.device import Command, Turn
from tongban_bridge.evaluator.driver import Evaluator
from tongban_bridge.evaluator.frames import load_map
from tongban_bridge.faults import Fault
from tongban_bridge.virtual.evaluator import VirtualEvaluator
from tongban_bridge.virtual.line import VirtualLine

COMMAND = Command("c1", "evaluate", {"case_number": "1"}, datetime.max.replace(tzinfo=UTC))


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Callable[[VirtualEvaluator], VirtualLine]]:
    lines = []

    def plug(device: VirtualEvaluator) -> VirtualLine:
        line = VirtualLine(device, tmp_path / "evaluator")
        lines.append(line)
        return line

    yield plug
    for line in lines:
        line.unplug()


Plug = Callable[[VirtualEvaluator], VirtualLine]


def driver(line: VirtualLine, **options: object) -> Evaluator:
    return Evaluator("e", "评价器", str(line.port), **options)  # type: ignore[arg-type]


def test_frames_are_as_published() -> None:
    hall = load_map("hall")
    assert hall.compose("start", address=0x05) == bytes.fromhex("FF680303680501 0B 11 16")
    assert hall.compose("acknowledge", address=5, key=2) == bytes.fromhex("FF68030368050102 08 16")
    pressed = bytes.fromhex("FF68030368051102 18 16")
    assert list(hall.keys(pressed, address=5)) == [2]


@pytest.mark.parametrize("frames", ["hall", "jtt905"])
def test_every_key_gives_its_level(plug: Plug, frames: str) -> None:
    for level in sorted(set(load_map(frames).levels.values())):
        device = VirtualEvaluator(frames, level=level)
        evaluator = driver(plug(device), frames=frames)
        assert evaluator.run(COMMAND, Turn(5)).result == {"level": level}
        evaluator.close()
        await_that(lambda device=device: device.acknowledged == 1)  # type: ignore[misc]


def test_presses_before_the_window_do_not_count(plug: Plug) -> None:
    device = VirtualEvaluator()
    line = plug(device)
    evaluator = driver(line, patience=0.3)
    evaluator.check()
    line.say(device.press(device.key_of(5)))
    assert evaluator.run(COMMAND, Turn(5)).result == {"level": None, "reason": "timeout"}


def test_the_last_time_to_press_is_the_commands(plug: Plug) -> None:
    evaluator = driver(plug(VirtualEvaluator()))
    assert evaluator.run(COMMAND, Turn(0.2)).result == {"level": None, "reason": "timeout"}


def test_another_evaluator_on_the_line_is_not_heard(plug: Plug) -> None:
    other = VirtualEvaluator(address=2)
    device = VirtualEvaluator(address=1)
    line = plug(device)
    device.hear = lambda received: other.press(0) + device.press(2)  # type: ignore[method-assign]
    assert driver(line).run(COMMAND, Turn(5)).result == {"level": 3}


def test_skipping(plug: Plug, tmp_path: Path) -> None:
    shipped = Path(load_map.__code__.co_filename).parent / "maps" / "hall.toml"
    own = tmp_path / "own.toml"
    own.write_text('skip = ["0A"]\n' + shipped.read_text())
    device = VirtualEvaluator(str(own))
    line = plug(device)
    device.hear = lambda received: device.press(0x0A)  # type: ignore[method-assign]
    evaluator = driver(line, frames=str(own))
    assert evaluator.run(COMMAND, Turn(5)).result == {"level": None, "reason": "skipped"}


def test_a_press_may_be_cancelled(plug: Plug) -> None:
    turn = Turn(30)
    device = VirtualEvaluator()
    device.hear = lambda received: turn.cancel() or b""  # type: ignore[func-returns-value,method-assign]
    with pytest.raises(Fault, match="cancelled"):
        driver(plug(device)).run(COMMAND, turn)


def test_pulled_out_while_it_waits(plug: Plug) -> None:
    device = VirtualEvaluator()
    line = plug(device)
    device.hear = lambda received: line.unplug() or b""  # type: ignore[func-returns-value,method-assign]
    evaluator = driver(line)
    with pytest.raises(Fault, match="unplugged"):
        evaluator.run(COMMAND, Turn(5))
    with pytest.raises(Fault, match="port_missing"):
        evaluator.check()


@settings(max_examples=500, deadline=None, database=None)
@given(st.binary(max_size=40), st.integers(0, 9), st.integers(1, 255))
def test_a_damaged_press_is_none(noise: bytes, place: int, change: int) -> None:
    """One byte changed: no key, or (the key's own byte cannot change alone) the very key."""
    hall = load_map("hall")
    frame = bytearray(hall.compose("press", address=1, key=2) or b"")
    frame[place] ^= change
    assert list(hall.keys(noise + bytes(frame), address=1)) == []
    whole = noise + (hall.compose("press", address=1, key=2) or b"")
    assert list(hall.keys(whole, address=1)) == [2]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('check = "sum8"', 'check = "crc"'),
        ("00 = 5", "00 = 6"),
        ("(?P<key>", "(?P<kee>"),
        ("start = ", "begin = "),
        ("FF 68 03 03 68 [ {address} 01 0B", "FF {secret}"),
    ],
)
def test_a_wrong_map_is_refused(tmp_path: Path, entry: str, words: str) -> None:
    shipped = Path(load_map.__code__.co_filename).parent / "maps" / "hall.toml"
    own = tmp_path / "own.toml"
    own.write_text(shipped.read_text().replace(entry, words))
    with pytest.raises(Fault, match="frame_map"):
        load_map(str(own))


def await_that(happened: Callable[[], bool]) -> None:
    ends = time.monotonic() + 5
    while not happened():
        assert time.monotonic() < ends
        threading.Event().wait(0.005)
