"""The bridge killed like a power cut, with real processes: nothing lost, nothing doubled."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bridge.stand_in import Platform, await_that
from tests.bridge.test_command_line import PROGRAM
from tongban_bridge.printer.testpage import test_page as a_page
from tongban_bridge.virtual.counter import VirtualCounter

pytestmark = pytest.mark.slow


@pytest.fixture
def counter(home: Path) -> Iterator[VirtualCounter]:
    counter = VirtualCounter(home / "ports", level=3)
    (home / "settings.toml").write_text(counter.settings(0))
    yield counter
    counter.stop()


@pytest.fixture
def start(home: Path, counter: VirtualCounter) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        with (home / "log").open("ab") as log:
            running.append(
                subprocess.Popen([*PROGRAM, "run", "--home", home], stdout=log, stderr=log)
            )
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


Start = Callable[[], subprocess.Popen[bytes]]


def test_killed_while_it_prints(platform: Platform, counter: VirtualCounter, start: Start) -> None:
    counter.printer.final_state = 5
    process = start()
    await_that(lambda: platform.connected, 30)
    platform.documents["p1"] = a_page()
    command = platform.ask("print", id="p1", document="receipt", copies=1)
    await_that(lambda: counter.printer.jobs)
    kill(process)
    counter.printer.final_state = 9
    start()
    outcome = platform.outcome(command, 30)
    assert (outcome["state"], outcome["code"]) == ("failed", "unconfirmed")
    assert len(counter.printer.jobs) == 1


def test_killed_before_it_could_deliver(
    platform: Platform, counter: VirtualCounter, start: Start, home: Path
) -> None:
    process = start()
    await_that(lambda: platform.connected, 30)
    platform.answer_next = [503] * 100
    counter.lay("chen")
    commands = [platform.ask("read_card"), platform.ask("evaluate"), platform.ask("scan", dpi=100)]
    await_that(lambda: platform.reports[-1]["queued"] == 3, 30)
    platform.down()
    kill(process)
    on_disk = b"".join(path.read_bytes() for path in home.glob("queue.sqlite*"))
    assert "陈晓明".encode() not in on_disk

    platform.deliveries.clear()
    platform.answer_next.clear()
    platform.up()
    start()
    await_that(lambda: len(platform.deliveries) == 3, 30)
    assert {one["command_id"] for one in platform.deliveries} == set(commands)
    sequences = [one["sequence"] for one in platform.deliveries]
    assert sequences == sorted(sequences)
    assert platform.outcome(commands[0])["result"]["name"] == "陈晓明"
    assert platform.outcome(commands[1])["result"] == {"level": 3}
    (file_id,) = platform.outcome(commands[2])["result"]["file_ids"]
    assert platform.files[file_id][1].startswith(b"%PDF")
