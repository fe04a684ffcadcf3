"""The whole bridge against a stand-in for the platform, with virtual devices on their ports."""

import resource
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.bridge.stand_in import CODE, Platform, await_that
from tongban_bridge.bridge import Bridge, open_bridge
from tongban_bridge.device import Command, Device, Outcome, Turn
from tongban_bridge.evaluator.driver import Evaluator
from tongban_bridge.faults import Fault
from tongban_bridge.idcard.reader import SamReader
from tongban_bridge.identity import load_identity, queue_key
from tongban_bridge.pairing import pair
from tongban_bridge.scanner.escl import EsclScanner
from tongban_bridge.settings import Limits
from tongban_bridge.store import Store
from tongban_bridge.virtual.escl import VirtualScanner
from tongban_bridge.virtual.evaluator import VirtualEvaluator
from tongban_bridge.virtual.idcard import VirtualReader, resident
from tongban_bridge.virtual.line import VirtualLine


class Press:
    """A printer that holds each job until it is let go; `printed` counts."""

    id, kind, name, commands = "press", "printer", "打印机", frozenset({"print", "scan"})

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.printed = 0

    def check(self) -> None:
        return

    def run(self, command: Command, turn: Turn) -> Outcome:
        self.printed += 1
        while not self.let_go.is_set():
            turn.pause(0.01)
        return Outcome({"printed_at": "2026-01-05T09:00:00+08:00"})

    def close(self) -> None:
        return


Start = Callable[..., Bridge]


@pytest.fixture
def start(home: Path, client: httpx.Client) -> Iterator[Start]:
    """Starts a bridge with these devices; the next start is the same bridge again."""
    running: list[Bridge] = []

    def start(*devices: Device, limits: Limits | None = None) -> Bridge:
        while running:
            running.pop().stop()
        store = Store(home / "queue.sqlite", queue_key(home))
        bridge = Bridge(
            load_identity(home),
            store,
            client,
            devices,
            limits=limits or Limits(),
            look_every=0.05,
        )
        bridge.start()
        running.append(bridge)
        return bridge

    yield start
    while running:
        running.pop().stop()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[VirtualReader]:
    reader = VirtualReader()
    line = VirtualLine(reader, tmp_path / "reader")
    yield reader
    line.unplug()


def sam(tmp_path: Path) -> SamReader:
    return SamReader("idcard", "读卡器", str(tmp_path / "reader"))


def test_pairing_keeps_the_key_to_its_owner(home: Path, platform: Platform) -> None:
    identity = load_identity(home)
    assert (identity.bridge_id, identity.window) == (platform.bridge_id, "3号窗口")
    queue_key(home)
    for name in ("identity.json", "queue.key"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600


def test_a_wrong_code_pairs_nothing(
    platform: Platform, client: httpx.Client, tmp_path: Path
) -> None:
    with pytest.raises(Fault, match="pairing_refused"):
        pair(tmp_path, platform.address, "WRONG234", client)
    with pytest.raises(Fault, match="not_paired"):
        load_identity(tmp_path)


def test_no_platform_to_pair_with(client: httpx.Client, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="unreachable"):
        pair(tmp_path, "http://127.0.0.1:9", CODE, client)


def test_a_card_reaches_the_platform(
    platform: Platform, start: Start, reader: VirtualReader, tmp_path: Path
) -> None:
    reader.lay(resident())
    start(sam(tmp_path))
    command = platform.ask("read_card")
    outcome = platform.outcome(command)
    assert outcome["state"] == "done"
    assert outcome["result"]["name"] == "陈晓明"
    assert platform.taken == [command]


def test_a_command_sent_twice_runs_once(platform: Platform, start: Start) -> None:
    press = Press()
    press.let_go.set()
    bridge = start(press)
    command = platform.ask("print", case_number="1", document="receipt", copies=1)
    platform.outcome(command)
    await_that(lambda: platform.connected)
    platform.ask("print", id=command)
    await_that(lambda: platform.taken.count(command) == 2)
    await_that(lambda: bridge.report().queued == 0)
    assert press.printed == 1
    assert len(platform.deliveries) == 1


def test_platform_down_in_the_middle(
    platform: Platform, start: Start, reader: VirtualReader, tmp_path: Path
) -> None:
    press = Press()
    bridge = start(sam(tmp_path), press)
    command = platform.ask("print", case_number="1", document="receipt", copies=1)
    await_that(lambda: press.printed == 1)
    platform.down()
    press.let_go.set()
    await_that(lambda: bridge.report().queued == 1)
    await_that(lambda: bridge.link.state == "unreachable")
    await_that(lambda: bridge.holdup and bridge.holdup.code == "unreachable")
    platform.up()
    assert platform.outcome(command)["state"] == "done"
    await_that(lambda: bridge.holdup is None)
    await_that(lambda: platform.reports[-1]["queued"] == 0)
    reader.lay(resident())
    assert platform.outcome(platform.ask("read_card"))["state"] == "done"


@pytest.mark.parametrize(("status", "why"), [(503, "platform_unwell"), (401, "refused_for_now")])
def test_why_it_waits_is_known(platform: Platform, start: Start, status: int, why: str) -> None:
    press = Press()
    press.let_go.set()
    bridge = start(press)
    platform.answer_next = [status] * 100
    command = platform.ask("print")
    await_that(lambda: bridge.holdup and bridge.holdup.code == why)
    assert bridge.report().queued == 1
    platform.answer_next = []
    platform.outcome(command)
    await_that(lambda: bridge.holdup is None)


def test_a_lost_answer_delivers_the_same_again(platform: Platform, start: Start) -> None:
    press = Press()
    press.let_go.set()
    start(press)
    platform.answer_next = [503, 401]
    commands = [platform.ask("print"), platform.ask("print")]
    for command in commands:
        platform.outcome(command)
    await_that(lambda: len(platform.attempts) == 4)
    first, second, third, fourth = platform.attempts
    assert first == second == third != fourth
    assert [one["command_id"] for one in platform.deliveries] == commands
    sequences = [one["sequence"] for one in platform.deliveries]
    assert sequences == sorted(sequences)


def test_what_is_refused_for_good_blocks_nothing(platform: Platform, start: Start) -> None:
    press = Press()
    press.let_go.set()
    bridge = start(press)
    platform.answer_next = [422]
    platform.outcome(platform.ask("print"))
    platform.outcome(platform.ask("print"))
    await_that(lambda: bridge.report().queued == 0)
    assert len(platform.attempts) == 2


def test_cancelling(platform: Platform, start: Start) -> None:
    press = Press()
    start(press)
    command, behind = platform.ask("print"), platform.ask("print")
    await_that(lambda: press.printed == 1)
    for one in (behind, command):
        platform.say({"type": "cancel", "command_id": one})
    for one in (command, behind):
        assert platform.outcome(one) == {"state": "cancelled", "code": "cancelled", "detail": None}
    assert press.printed == 1


def test_nobody_for_it(platform: Platform, start: Start) -> None:
    start(Press())
    assert platform.outcome(platform.ask("read_card"))["code"] == "no_device"
    assert platform.outcome(platform.ask("scan", source="camera"))["code"] == "no_device"
    assert platform.outcome(platform.ask("a later kind"))["code"] == "no_device"


def test_plugging_and_unplugging_is_told(platform: Platform, start: Start, tmp_path: Path) -> None:
    evaluator = Evaluator("evaluator", "评价器", str(tmp_path / "evaluator"))
    start(evaluator)
    await_that(lambda: platform.reports and platform.devices["evaluator"] == "absent")
    device = VirtualEvaluator(level=5)
    line = VirtualLine(device, tmp_path / "evaluator")
    await_that(lambda: platform.devices["evaluator"] == "ready")
    assert platform.outcome(platform.ask("evaluate"))["result"] == {"level": 5}
    line.unplug()
    await_that(lambda: platform.devices["evaluator"] == "absent")
    outcome = platform.outcome(platform.ask("evaluate"))
    assert (outcome["state"], outcome["code"]) == ("failed", "port_missing")
    line = VirtualLine(device, tmp_path / "evaluator")
    await_that(lambda: platform.devices["evaluator"] == "ready")
    line.unplug()


@pytest.mark.parametrize(
    "nonsense",
    [{"type": "command"}, {"type": "command", "command": {"id": 1}}, {"type": 7}, {"other": 1}],
)
def test_nonsense_from_the_platform_ends_nothing(
    platform: Platform, start: Start, nonsense: dict[str, object]
) -> None:
    press = Press()
    press.let_go.set()
    start(press)
    await_that(lambda: platform.connected)
    platform.say(nonsense)
    assert platform.outcome(platform.ask("print"))["state"] == "done"
    assert platform.hellos == 1


def test_a_file_that_the_platform_refuses(platform: Platform, start: Start) -> None:
    scanner = VirtualScanner()
    platform.largest_file = 1000
    bridge = start(EsclScanner("s", "扫描仪", scanner.url))
    outcome = platform.outcome(platform.ask("scan", dpi=100), 30)
    assert (outcome["state"], outcome["code"]) == ("failed", "file_refused")
    await_that(lambda: bridge.report().queued == 0)
    scanner.stop()


def test_a_full_queue_takes_no_more(platform: Platform, start: Start) -> None:
    press = Press()
    press.let_go.set()
    start(press, limits=Limits(bytes=-1))
    assert platform.outcome(platform.ask("print"))["code"] == "queue_full"
    assert press.printed == 0


@contextmanager
def full_disk(file: Path) -> Iterator[None]:
    """A file that cannot grow, by the limit of this process."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_is_told(platform: Platform, start: Start, home: Path) -> None:
    press = Press()
    bridge = start(press)
    queue = home / "queue.sqlite-wal"
    before = platform.ask("print")
    await_that(lambda: press.printed == 1)
    with full_disk(queue):
        press.let_go.set()
        assert platform.outcome(before)["code"] == "unconfirmed"
        assert platform.outcome(platform.ask("scan"))["code"] == "home"
        assert bridge.link.state == "connected"
    assert press.printed == 1
    after = platform.outcome(platform.ask("print"))
    assert after["state"] == "done"
    assert platform.hellos == 1


def test_a_revoked_bridge_says_so(platform: Platform, start: Start) -> None:
    platform.close_code = 4403
    bridge = start(Press())
    await_that(lambda: bridge.link.state == "bridge_revoked")
    assert platform.hellos == 1


def test_stopping_in_the_middle_is_told_at_the_next_start(
    platform: Platform, start: Start, home: Path
) -> None:
    """As after a power cut: the journal knows which jobs had begun."""
    store = Store(home / "queue.sqlite", queue_key(home))
    for command, kind in (("p1", "print"), ("p2", "print"), ("s1", "scan")):
        store.take(command, kind)
    store.start("p1")
    store.start("s1")
    store.close()
    press = Press()
    press.let_go.set()
    start(press)
    assert platform.outcome("p1")["code"] == "unconfirmed"
    assert platform.outcome("p2")["code"] == "interrupted"
    assert platform.outcome("s1")["code"] == "interrupted"
    platform.ask("print", id="p1")
    await_that(lambda: platform.taken == ["p1"])
    assert press.printed == 0


def test_devices_by_settings(home: Path, client: httpx.Client) -> None:
    (home / "settings.toml").write_text(
        '[[devices]]\nid = "a"\nname = "读卡器"\ndriver = "sam_v"\nport = "/dev/null0"\n'
    )
    bridge = open_bridge(home, client)
    bridge.start()
    assert [worker.device.name for worker in bridge.workers] == ["读卡器"]
    bridge.stop()


@pytest.mark.parametrize(
    "text",
    [
        "devices = 3",
        "nonsense = true",
        "not toml",
        '[[devices]]\nid = "a"\ndriver = "none"',
        '[[devices]]\nid = "a"\ndriver = "sam_v"',
        '[[devices]]\nid = "a"\ndriver = "sam_v"\nport = "x"\ncolour = "red"',
        '[[devices]]\nid = "a"\ndriver = "sam_v"\nport = "x"\n' * 2,
        '[[devices]]\nid = "a"\ndriver = "sam_v"\nport = "x"\nphoto_program = "wlt2jpeg"',
        "[limits]\nyears = 3",
        '[limits]\ndays = "7"',
        "[limits]\ndays = 31",
        "[limits]\nbytes = 0",
        'page_port = "8640"',
        "page_port = 99999",
        "server = 8000",
        'page_origins = "https://tongban.example.gov.cn"',
        "[[devices]]\ndriver = 'sam_v'",
        f'[[devices]]\nid = "a"\nname = "{61 * "x"}"\ndriver = "sam_v"\nport = "x"',
    ],
)
def test_wrong_settings_are_named(home: Path, client: httpx.Client, text: str) -> None:
    (home / "settings.toml").write_text(text)
    with pytest.raises(Fault, match="settings"):
        open_bridge(home, client)


def test_idle_memory(home: Path) -> None:
    """Below 60 MiB with all that a counter needs for reading and delivering."""
    program = """
import sys
from pathlib import Path
import httpx
from tongban_bridge.bridge import open_bridge
with httpx.Client() as client:
    bridge = open_bridge(Path(sys.argv[1]), client)
    bridge.start()
    while bridge.link.state == "connecting":
        pass
    print(int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 2**20)
    bridge.stop()
"""
    (home / "settings.toml").write_text(
        '[[devices]]\nid = "a"\nname = "读卡器"\ndriver = "sam_v"\nport = "/dev/null0"\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", program, home], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 60
