"""`tongban-bridge` as it is typed."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from serial.tools.list_ports_common import ListPortInfo

from tests.bridge.stand_in import CODE, Platform, await_that
from tests.bridge.system import program
from tongban_bridge.doctor import examine
from tongban_bridge.faults import known_codes, message
from tongban_bridge.virtual.counter import VirtualCounter
from tongban_bridge.virtual.idcard import VirtualReader, resident
from tongban_bridge.virtual.line import VirtualLine

pytestmark = pytest.mark.slow

PROGRAM = [sys.executable, "-c", "from tongban_bridge.cli import main; main()"]


@pytest.fixture(autouse=True)
def sane(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """SANE knows its test device alone: what the network has is no concern of these tests."""
    folder = tmp_path_factory.mktemp("sane")
    (folder / "dll.conf").write_text("test\n")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(folder))


def bridge(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_version_and_help() -> None:
    assert bridge("--version").stdout.startswith("tongban-bridge ")
    listing = bridge("--help").stdout
    for command in ("pair", "run", "doctor"):
        assert command in listing


def test_pairing(platform: Platform, tmp_path: Path) -> None:
    done = bridge("pair", CODE.lower(), "--server", platform.address + "/", "--home", tmp_path)
    assert done.returncode == 0
    assert "3号窗口" in done.stdout
    assert (tmp_path / "settings.toml").exists()


def test_pairing_where_the_address_is_known(platform: Platform, tmp_path: Path) -> None:
    done = bridge("pair", CODE, "--home", tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "(not_a_platform)" in done.stderr
    (tmp_path / "settings.toml").write_text(f'server = "{platform.address}"\n')
    assert bridge("pair", CODE, "--home", tmp_path).returncode == 0
    (tmp_path / "settings.toml").unlink()
    assert bridge("pair", CODE, "--home", tmp_path).returncode == 0
    assert platform.pairings == 2


def test_a_fault_is_one_line_in_both_languages(platform: Platform, tmp_path: Path) -> None:
    done = bridge("pair", "WRONG234", "--server", platform.address, "--home", tmp_path)
    assert done.returncode == 1
    assert "配对码不正确" in done.stderr
    assert "The pairing code is wrong" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("server", "code"),
    [
        ("127.0.0.1:8000", "not_a_platform"),
        ("https://", "not_a_platform"),
        ("{platform}/staff", "not_a_platform"),
        ("http://127.0.0.1:9", "unreachable"),
    ],
)
def test_pairing_with_what_is_no_platform(
    platform: Platform, tmp_path: Path, server: str, code: str
) -> None:
    address = server.format(platform=platform.address)
    done = bridge("pair", CODE, "--server", address, "--home", tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert f"({code})" in done.stderr


@pytest.mark.parametrize(
    ("status", "code"), [(429, "pairing_wait"), (503, "platform_unwell"), (200, "not_a_platform")]
)
def test_why_pairing_did_not_go_on(
    platform: Platform, tmp_path: Path, status: int, code: str
) -> None:
    platform.answer_next = [status]
    done = bridge("pair", CODE, "--server", platform.address, "--home", tmp_path)
    assert f"({code})" in done.stderr


def test_a_folder_that_cannot_be_written_costs_no_code(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for command in (["pair", CODE, "--server", platform.address], ["run"], ["doctor"]):
        done = bridge(*command, "--home", tmp_path / "file" / "home")
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert "(home)" in done.stderr
    assert not platform.bridge_id


def test_a_key_that_is_none(home: Path) -> None:
    (home / "queue.key").write_bytes(b"short")
    done = bridge("run", "--home", home)
    assert "(queue_damaged)" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_doctor(platform: Platform, home: Path, tmp_path: Path) -> None:
    reader = VirtualReader()
    reader.lay(resident())
    line = VirtualLine(reader, tmp_path / "reader")
    (home / "settings.toml").write_text(
        f'[[devices]]\nid = "a"\nname = "读卡器"\ndriver = "sam_v"\nport = "{line.port}"\n'
        '[[devices]]\nid = "b"\nname = "评价器"\ndriver = "evaluator"\nport = "/dev/none"\n'
    )
    done = bridge("doctor", "--read-card", "--home", home)
    line.unplug()
    assert done.returncode == 1
    assert "✓ 读卡器 (a, sam_v): 正常 · ready" in done.stdout
    assert "✗ 评价器 (b, evaluator): 找不到设备端口" in done.stdout
    assert "(port_missing) [/dev/none]" in done.stdout
    assert "name: 陈晓明" in done.stdout
    assert f"✓ 平台 · platform {platform.address}" in done.stdout


def test_doctor_sees_serial_ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the operating system's list; what is built in says nothing of itself."""
    adapter, built_in = ListPortInfo("/dev/ttyUSB0"), ListPortInfo("/dev/ttyS0")
    adapter.description, adapter.hwid = "USB Serial", "USB VID:PID=1A86:7523"
    monkeypatch.setattr("tongban_bridge.seen.comports", lambda: [adapter, built_in])
    with httpx.Client() as client:
        told = [text for fine, text in examine(tmp_path, client) if fine]
    line = "看到 · seen: 串口 · serial port: /dev/ttyUSB0 (USB Serial, USB VID:PID=1A86:7523)"
    assert line in told
    assert not any("ttyS0" in text for text in told)


def test_doctor_sees_scanners(tmp_path: Path) -> None:
    program("scanimage")
    told = bridge("doctor", "--home", tmp_path).stdout
    assert "✓ 看到 · seen: 扫描仪 · scanner: test:0 (Noname frontend-tester)" in told


def test_doctor_says_when_the_pairing_could_not_be_confirmed(home: Path) -> None:
    kept = json.loads((home / "identity.json").read_text())
    (home / "identity.json").write_text(json.dumps({**kept, "server": "http://127.0.0.1:9"}))
    told = bridge("doctor", "--home", home).stdout
    assert "✓ 配对 · pairing: 3号窗口 (http://127.0.0.1:9): 未能向平台核实" in told
    assert "✗ 平台 · platform http://127.0.0.1:9" in told


def test_doctor_prints_on_every_printer(home: Path) -> None:
    counter = VirtualCounter(home / "ports")
    (home / "settings.toml").write_text(counter.settings(0))
    done = bridge("doctor", "--print-page", "--home", home)
    counter.stop()
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("✓ 已打印测试页") == 2
    assert len(counter.printer.jobs) == len(counter.slip.slips) == 1


def test_a_virtual_counter_knows_its_people(tmp_path: Path) -> None:
    done = bridge("virtual", "--server", "http://x", "--person", "nobody", "--home", tmp_path)
    assert done.returncode == 1
    assert "(settings) [--person: chen, wang" in done.stderr


def test_doctor_unpaired(tmp_path: Path) -> None:
    done = bridge("doctor", "--home", tmp_path)
    assert done.returncode == 1
    assert "(not_paired)" in done.stdout
    assert "未配置设备" in done.stdout


def test_doctor_sees_that_the_platform_knows_another_bridge(
    platform: Platform, home: Path, tmp_path: Path
) -> None:
    assert "✓ 配对 · pairing: 3号窗口" in bridge("doctor", "--home", home).stdout
    bridge("pair", CODE, "--server", platform.address, "--home", tmp_path / "another")
    done = bridge("doctor", "--home", home)
    assert "✗ 配对 · pairing: 3号窗口" in done.stdout
    assert "(bridge_unknown)" in done.stdout


def test_doctor_minds_an_unencrypted_platform(home: Path) -> None:
    kept = json.loads((home / "identity.json").read_text())
    (home / "identity.json").write_text(json.dumps(kept | {"server": "http://192.0.2.1:1"}))
    with httpx.Client(timeout=0.2) as client:
        findings = [text for fine, text in examine(home, client) if not fine]
    assert any("not encrypted" in text for text in findings)
    assert any("(unreachable)" in text for text in findings)


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGINT])
def test_running_until_stopped(platform: Platform, home: Path, way: signal.Signals) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (home / "settings.toml").write_text(f"page_port = {port}\n")
    process = subprocess.Popen([*PROGRAM, "run", "--home", home], stderr=subprocess.PIPE)
    try:
        await_that(lambda: platform.connected, 30)
        health = httpx.get(f"http://127.0.0.1:{port}/health").json()
        assert health["link"]["state"] == "connected"
    finally:
        process.send_signal(way)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert b"Traceback" not in errors


def test_every_fault_raised_has_words() -> None:
    """The code is searched for `Fault("…")`; each must be in `texts.toml`."""
    import re

    import tongban_bridge

    sources = Path(str(tongban_bridge.__file__)).parent.rglob("*.py")
    raised = {code for path in sources for code in re.findall(r'Fault\("(\w+)"', path.read_text())}
    assert raised - known_codes() == set()
    for code in known_codes():
        chinese, english = message(code)
        assert re.search("[一-鿿]", chinese)
        assert not re.search("[一-鿿]", english)
