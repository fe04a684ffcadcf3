"""`tongban-bridge run` where nothing is paired: its page pairs it, once and without a restart."""

import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bridge.stand_in import CODE, Platform, await_that
from tests.bridge.test_command_line import PROGRAM, bridge

pytestmark = pytest.mark.slow

ABSENT = '[[devices]]\nid = "a"\ndriver = "sam_v"\nport = "/dev/none"\n'


class Run:
    """`run` as systemd starts it, on a free port."""

    def __init__(self, home: Path, settings: str = "") -> None:
        home.mkdir(exist_ok=True)
        self.home = home
        (home / "settings.toml").write_text(f"page_port = 0\n{settings}", encoding="utf-8")
        self.log = ""
        self.process = subprocess.Popen(
            [*PROGRAM, "run", "--home", home], stderr=subprocess.PIPE, text=True
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        self.url = self._told(r"not_paired\).*(http://127\.0\.0\.1:\d+)")

    def _read(self) -> None:
        assert self.process.stderr
        with self.process.stderr as lines:
            for line in lines:
                self.log += line

    def _told(self, pattern: str) -> str:
        await_that(lambda: re.search(pattern, self.log), 30)
        found = re.search(pattern, self.log)
        assert found
        return found[1]

    @property
    def health(self) -> dict[str, Any]:
        health: dict[str, Any] = httpx.get(f"{self.url}/health").json()
        return health

    def state(self) -> str:
        return str(self.health["link"]["state"])

    def pair(self, server: str, code: str = CODE) -> httpx.Response:
        headers = {"Origin": self.url, "Content-Type": "application/json"}
        body = json.dumps({"server": server, "code": code})
        return httpx.post(f"{self.url}/pair", content=body, headers=headers, timeout=20)

    def stop(self, way: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(way)
        self.ended()

    def ended(self) -> None:
        self.process.wait(timeout=30)
        self._reading.join(timeout=5)
        assert "Traceback" not in self.log


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    running = Run(tmp_path / "home")
    yield running
    running.stop()
    assert running.process.returncode == 0


def test_paired_without_a_restart(platform: Platform, run: Run) -> None:
    assert run.health["pairing"] == {"server": ""}
    assert "尚未与窗口配对" in run.health["link"]["zh"]
    answer = run.pair(f" {platform.address}/ ", CODE.lower())
    assert (answer.status_code, answer.json()) == (200, {"window": "3号窗口"})
    assert run.health["pairing"] is None
    await_that(lambda: platform.connected)
    assert (run.state(), run.health["window"]) == ("connected", "3号窗口")
    kept = run.home / "identity.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert CODE not in run.log


def test_settings_to_begin_with(platform: Platform, run: Run) -> None:
    """As the command line writes them, and only where there are none."""
    (run.home / "settings.toml").unlink()
    assert run.pair(platform.address).is_success
    assert "[[devices]]" in (run.home / "settings.toml").read_text()


def test_settings_made_while_it_waited(platform: Platform, run: Run) -> None:
    (run.home / "settings.toml").write_text(ABSENT)
    assert run.pair(platform.address).is_success
    await_that(lambda: platform.connected)
    await_that(lambda: platform.devices == {"a": "absent"})
    assert (run.home / "settings.toml").read_text() == ABSENT


@pytest.mark.parametrize(
    ("server", "code", "fault", "pointer"),
    [
        ("{platform}", "WRONG234", "pairing_refused", "/code"),
        ("tongban.example.gov.cn", CODE, "not_a_platform", "/server"),
        ("", CODE, "not_a_platform", "/server"),
        ("http://\ud800", CODE, "not_a_platform", "/server"),
        ("{platform}/staff", CODE, "not_a_platform", "/server"),
        ("http://127.0.0.1:9", CODE, "unreachable", "/server"),
    ],
)
def test_what_did_not_pair_can_be_corrected(
    platform: Platform, run: Run, server: str, code: str, fault: str, pointer: str
) -> None:
    problem = run.pair(server.format(platform=platform.address), code).json()
    assert (problem["code"], problem["pointer"]) == (fault, pointer)
    assert run.state() == "not_paired"
    assert not (run.home / "identity.json").exists()
    assert run.pair(platform.address).is_success


def test_the_platform_asks_to_wait(platform: Platform, run: Run) -> None:
    platform.answer_next = [429, 201]
    problem = run.pair(platform.address).json()
    assert problem["code"] == "pairing_wait"
    assert "十分钟" in problem["zh"]
    assert run.pair(platform.address).json()["code"] == "not_a_platform"  # a 201 that says nothing


def test_one_identity_of_two_tabs(platform: Platform, run: Run) -> None:
    platform.pairing_waits = threading.Event()
    with ThreadPoolExecutor() as tabs:
        answers = [tabs.submit(run.pair, platform.address) for _ in range(2)]
        await_that(lambda: platform.pairings)
        platform.pairing_waits.set()
        codes = sorted(one.result().json().get("code", "paired") for one in answers)
    assert codes == ["already_paired", "paired"]
    assert platform.pairings == 1
    kept = json.loads((run.home / "identity.json").read_text())
    assert kept["bridge_id"] == platform.bridge_id


def test_a_counter_at_work_is_not_paired_away(platform: Platform, run: Run) -> None:
    assert run.pair(platform.address).is_success
    await_that(lambda: run.state() == "connected")
    problem = run.pair(platform.address).json()
    assert (problem["code"], platform.pairings) == ("already_paired", 1)
    platform.down()
    await_that(lambda: run.state() == "unreachable")
    assert run.pair("http://127.0.0.1:9").json()["code"] == "already_paired"
    platform.up()
    await_that(lambda: run.state() == "connected")


@pytest.mark.parametrize("why", [4401, 4403])
def test_paired_anew_when_the_platform_knows_it_no_more(
    platform: Platform, run: Run, why: int
) -> None:
    assert run.pair(platform.address).is_success
    await_that(lambda: run.state() == "connected")
    before = platform.bridge_id
    platform.close_code = why
    platform.down()
    platform.up()
    await_that(lambda: run.health["pairing"])
    assert run.health["pairing"] == {"server": platform.address}
    platform.close_code = 0
    assert run.pair(platform.address).is_success
    await_that(lambda: platform.connected)
    assert platform.bridge_id != before
    assert json.loads((run.home / "identity.json").read_text())["bridge_id"] == platform.bridge_id


def test_what_waited_is_delivered_by_who_is_paired_anew(platform: Platform, run: Run) -> None:
    assert run.pair(platform.address).is_success
    await_that(lambda: platform.connected)
    platform.revoke()
    command = platform.ask("read_card")
    await_that(lambda: run.health["queued"] == 1 and run.health["waiting"])
    platform.down()
    platform.up()
    await_that(lambda: run.health["pairing"])
    assert platform.deliveries == []
    assert run.pair(platform.address).is_success
    assert platform.outcome(command)["code"] == "no_device"
    await_that(lambda: run.health["queued"] == 0)
    assert len(platform.deliveries) == 1


def test_paired_by_command_while_it_waits(platform: Platform, run: Run) -> None:
    done = bridge("pair", CODE, "--server", platform.address, "--home", run.home)
    assert done.returncode == 0
    await_that(lambda: platform.connected)
    done = bridge("pair", CODE, "--server", platform.address, "--home", run.home)
    await_that(lambda: platform.hellos == 2 and platform.connected)
    assert run.state() == "connected"


def test_a_file_that_cannot_be_read_ends_no_bridge(platform: Platform, run: Run) -> None:
    assert run.pair(platform.address).is_success
    await_that(lambda: platform.connected)
    kept = run.home / "identity.json"
    kept.rename(run.home / "away")
    kept.mkdir()
    command = platform.ask("read_card")
    assert platform.outcome(command)["code"] == "no_device"
    assert run.state() == "connected"


def test_a_folder_that_cannot_be_written_costs_no_code(platform: Platform, run: Run) -> None:
    run.home.rename(run.home.with_name("away"))
    run.home.touch()
    problem = run.pair(platform.address).json()
    assert problem["code"] == "home"
    assert str(run.home) in problem["detail"]
    assert platform.pairings == 0


def test_an_address_from_the_settings(tmp_path: Path) -> None:
    run = Run(tmp_path / "home", 'server = "https://tongban.example.gov.cn"\n')
    assert run.health["pairing"] == {"server": "https://tongban.example.gov.cn"}
    run.stop()


def test_an_identity_that_is_none(tmp_path: Path, platform: Platform) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "identity.json").write_text("{")
    run = Run(home)
    assert "identity.json: JSONDecodeError" in run.log
    assert run.pair(platform.address).is_success
    await_that(lambda: platform.connected)
    run.stop()


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGINT])
def test_stopped_while_it_waits(tmp_path: Path, way: signal.Signals) -> None:
    run = Run(tmp_path / "home")
    run.stop(way)
    assert run.process.returncode == 0


def test_stopped_while_it_pairs(platform: Platform, tmp_path: Path) -> None:
    """The platform has used the code up, so what came of it is kept."""
    run = Run(tmp_path / "home")
    platform.pairing_waits = threading.Event()
    with ThreadPoolExecutor() as tabs:
        tabs.submit(run.pair, platform.address)
        await_that(lambda: platform.pairings)
        run.process.send_signal(signal.SIGTERM)
        await_that(lambda: _refuses(run.url))
        platform.pairing_waits.set()
    run.ended()
    assert run.process.returncode == 0
    assert json.loads((run.home / "identity.json").read_text())["bridge_id"] == platform.bridge_id


def _refuses(url: str) -> bool:
    try:
        httpx.get(url)
    except httpx.TransportError:
        return True
    return False
