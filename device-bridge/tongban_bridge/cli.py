"""The command `tongban-bridge`."""

import logging
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import httpx
import typer

from tongban_bridge import doctor as examination
from tongban_bridge import pairing, settings
from tongban_bridge.faults import Fault
from tongban_bridge.identity import default_home
from tongban_bridge.serving import serve

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="把柜台设备接入通办 · lets the staff pages reach the devices on this counter",
)

Home = Annotated[
    Path, typer.Option(help="配置目录 · folder of settings, identity and queue", show_default=False)
]
_HOME = default_home()


@app.command()
def pair(
    code: Annotated[str, typer.Argument(help="工作人员页面上的配对码 · from the staff pages")],
    server: Annotated[str, typer.Option(help="平台地址 · address of the platform")],
    home: Home = _HOME,
) -> None:
    """与窗口配对 · pair this PC with a window."""
    with _client() as client:
        identity = pairing.pair(home, server, code, client)
    if not (home / "settings.toml").exists():
        (home / "settings.toml").write_text(settings.EXAMPLE, encoding="utf-8")
    typer.echo(f"已配对 · paired: {identity.window}")
    typer.echo(f"设备配置 · devices: {home / 'settings.toml'}")


@app.command()
def run(home: Home = _HOME) -> None:
    """运行设备桥 · serve this counter until stopped."""
    _log()
    with _client() as client:
        serve(home, client, _stopped())


@app.command()
def doctor(
    home: Home = _HOME,
    card: Annotated[bool, typer.Option("--read-card", help="读一张证件 · read a card")] = False,
    page: Annotated[
        bool, typer.Option("--print-page", help="打印测试页 · print a test page")
    ] = False,
) -> None:
    """检查设备和连接 · look at everything once."""
    well = True
    with _client() as client:
        for fine, text in examination.examine(home, client):
            well = well and fine
            typer.echo(f"{'✓' if fine else '✗'} {text}")
    if card:
        typer.echo("请放置证件 · lay down a card …")
        for name, value in examination.read_card(home, 20).items():
            typer.echo(f"  {name}: {value}")
    if page:
        for name in examination.print_pages(home):
            typer.echo(f"✓ 已打印测试页 · test page printed: {name}")
    raise typer.Exit(0 if well else 1)


@app.command()
def virtual(
    server: Annotated[str, typer.Option(help="平台地址 · address of the platform")],
    code: Annotated[
        str | None, typer.Option(help="配对码，首次必填 · needed the first time")
    ] = None,
    home: Home = _HOME / "virtual",
    person: Annotated[
        str | None, typer.Option(help="读卡器上的证件 · whose card lies there")
    ] = "chen",
    level: Annotated[int | None, typer.Option(help="自动评价 · pressed by itself")] = None,
    page_port: Annotated[int, typer.Option(help="本机页面端口 · port of the local page")] = 8640,
    console_port: Annotated[int, typer.Option(help="虚拟柜台端口 · port of its console")] = 8641,
) -> None:
    """用虚拟设备运行 · serve a counter without hardware."""
    from tongban_bridge.virtual.console import Console
    from tongban_bridge.virtual.counter import VirtualCounter

    _log()
    counter = VirtualCounter(home / "ports", level=level)
    console = Console(counter, console_port)
    try:
        console.do("/card", {"person": person})
        with _client() as client:
            if code:
                pairing.pair(home, server, code, client)
            (home / "settings.toml").write_text(counter.settings(page_port), encoding="utf-8")
            typer.echo(f"虚拟柜台 · virtual counter: http://127.0.0.1:{console.port}")
            serve(home, client, _stopped())
    finally:
        console.stop()
        counter.stop()


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="版本 · version")] = False,
) -> None:
    if version:
        typer.echo(f"tongban-bridge {pairing.VERSION}")
        raise typer.Exit


def main() -> None:
    """Run the command; an expected fault is one line in both languages and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except Fault as fault:
        typer.echo(examination.line("✗", fault), err=True)
        raise SystemExit(1) from None


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _client() -> httpx.Client:
    return httpx.Client(timeout=30)


def _stopped() -> threading.Event:
    """Set by SIGTERM or Ctrl-C."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    return stopped
