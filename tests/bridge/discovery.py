"""DNS-SD, without which CUPS' printer program does not start: the machine's own where it runs,
else one on a bus of its own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bridge.stand_in import await_that
from tests.bridge.system import program, unavailable

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy></busconfig>
"""
_AVAHI = """[server]
use-ipv6=no
allow-interfaces=lo
enable-dbus=yes
"""
_PID = Path("/run/avahi-daemon/pid")


@contextmanager
def dns_sd(folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which programs find it."""
    if _runs():
        yield dict(os.environ)
        return
    if os.geteuid():
        unavailable("avahi-daemon does not run, and only root can start it")
    bus = folder / "bus"
    (folder / "bus.conf").write_text(_BUS.format(path=bus))
    (folder / "avahi.conf").write_text(_AVAHI)
    environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}"}
    daemon = [program("avahi-daemon"), "-f", str(folder / "avahi.conf")]
    with ExitStack() as running:
        _run(
            running,
            [program("dbus-daemon"), f"--config-file={folder / 'bus.conf'}", "--nofork"],
            environment,
        )
        await_that(bus.exists)
        _run(running, [*daemon, "--no-drop-root", "--no-chroot", "--no-rlimits"], environment)
        await_that(_runs)
        yield environment


def _runs() -> bool:
    try:
        os.kill(int(_PID.read_text()), 0)
    except (OSError, ValueError):
        return False
    return True


def _run(running: ExitStack, command: list[str], environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    running.callback(process.wait, 10)
    running.callback(process.terminate)
