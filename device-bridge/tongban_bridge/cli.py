"""The command `tongban-bridge`. By argparse: a larger library would stay in memory all day."""

import argparse
import logging
import signal
import ssl
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import httpx

from tongban_bridge import doctor as examination
from tongban_bridge import pairing
from tongban_bridge.faults import Fault
from tongban_bridge.identity import default_home
from tongban_bridge.serving import serve
from tongban_bridge.settings import load_settings


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; an expected fault is one line in both languages and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = _parser().parse_args(arguments)
    try:
        status = options.action(options)
    except Fault as fault:
        status = _give_up(fault)
    except BrokenPipeError:
        status = 1  # whoever read what was said has heard enough
    except OSError as problem:
        status = _give_up(Fault("home", f"{options.home}: {problem.strerror}"))
    raise SystemExit(status)


def _give_up(fault: Fault) -> int:
    sys.stderr.write(f"{examination.line('✗', fault)}\n")
    return 1


def _pair(options: argparse.Namespace) -> int:
    with _client() as client:
        server = options.server or pairing.known_server(options.home, load_settings(options.home))
        identity = pairing.pair(options.home, server, options.code, client)
    _say(f"已配对 · paired: {identity.window}")
    _say(f"设备配置 · devices: {options.home / 'settings.toml'}")
    return 0


def _run(options: argparse.Namespace) -> int:
    _log()
    with _client() as client:
        serve(options.home, client, _stopped())
    return 0


def _doctor(options: argparse.Namespace) -> int:
    well = True
    with _client() as client:
        for fine, text in examination.examine(options.home, client):
            well = well and fine
            _say(f"{'✓' if fine else '✗'} {text}")
    if options.read_card:
        _say("请放置证件 · lay down a card …")
        for name, value in examination.read_card(options.home, 20).items():
            _say(f"  {name}: {value}")
    if options.print_page:
        for name in examination.print_pages(options.home):
            _say(f"✓ 已打印测试页 · test page printed: {name}")
    return 0 if well else 1


def _virtual(options: argparse.Namespace) -> int:
    try:
        from tongban_bridge.virtual.console import Console
        from tongban_bridge.virtual.counter import VirtualCounter
    except ImportError as missing:
        # Windows has no pseudo terminals.
        raise Fault("driver_missing", str(missing)) from None

    _log()
    counter = VirtualCounter(options.home / "ports", level=options.level)
    try:
        console = Console(counter, options.console_port)
        try:
            console.do("/card", {"person": options.person})
        except KeyError:
            people = ", ".join(console.state()["people"])
            raise Fault("settings", f"--person: {people}") from None
        with _client() as client:
            if options.code:
                pairing.pair(options.home, options.server, options.code, client)
            text = counter.settings(options.page_port, options.server)
            (options.home / "settings.toml").write_text(text, encoding="utf-8")
            _say(f"虚拟柜台 · virtual counter: http://127.0.0.1:{console.port}")
            serve(options.home, client, _stopped())
        console.stop()
    finally:
        counter.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tongban-bridge",
        description="把柜台设备接入通办 · lets the staff pages reach the devices on this counter",
    )
    parser.add_argument("--version", action="version", version=f"tongban-bridge {pairing.VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    home = argparse.ArgumentParser(add_help=False)
    home.add_argument(
        "--home",
        type=Path,
        default=default_home(),
        help="配置目录 · folder of settings, identity and queue (%(default)s)",
    )

    run = commands.add_parser(
        "run", parents=[home], help="运行设备桥 · serve this counter until stopped"
    )
    run.set_defaults(action=_run)

    pair = commands.add_parser(
        "pair", parents=[home], help="与窗口配对 · pair this PC with a window"
    )
    pair.add_argument("code", help="工作人员页面上的配对码 · from the staff pages")
    pair.add_argument(
        "--server", help="平台地址，已知时可省略 · address of the platform, unless known already"
    )
    pair.set_defaults(action=_pair)

    doctor = commands.add_parser(
        "doctor", parents=[home], help="检查设备和连接 · look at everything once"
    )
    doctor.add_argument("--read-card", action="store_true", help="读一张证件 · read a card")
    doctor.add_argument("--print-page", action="store_true", help="打印测试页 · print a test page")
    doctor.set_defaults(action=_doctor)

    virtual = commands.add_parser(
        "virtual", help="用虚拟设备运行 · serve a counter without hardware"
    )
    virtual.add_argument(
        "--home",
        type=Path,
        default=default_home() / "virtual",
        help="配置目录 · folder of identity and queue (%(default)s)",
    )
    virtual.add_argument("--server", required=True, help="平台地址 · address of the platform")
    virtual.add_argument("--code", help="配对码，也可填在页面上 · pairing code, or on the page")
    virtual.add_argument(
        "--person", help="开始时读卡器上的证件 · whose card lies there at first; none if not given"
    )
    virtual.add_argument("--level", type=int, help="自动评价 · level that is pressed by itself")
    virtual.add_argument(
        "--page-port",
        type=int,
        default=8640,
        help="设备桥页面端口 · the bridge's own page (%(default)s)",
    )
    virtual.add_argument(
        "--console-port",
        type=int,
        default=8641,
        help="控制台端口 · where cards are laid and plugs pulled (%(default)s)",
    )
    virtual.set_defaults(action=_virtual)
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # A platform that hangs is no failure of ours: the link says it, in a line without a traceback.
    logging.getLogger("websockets").setLevel(logging.CRITICAL)


def _client() -> httpx.Client:
    # The system's certificates, as the stream uses them: districts have authorities of their own.
    return httpx.Client(timeout=30, verify=ssl.create_default_context())


def _stopped() -> threading.Event:
    """Set by SIGTERM or Ctrl-C."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    return stopped
