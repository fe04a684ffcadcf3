"""What `tongban-bridge run` runs: the bridge and its loopback page."""

import threading
from pathlib import Path

import httpx

from tongban_bridge.bridge import open_bridge
from tongban_bridge.page import LoopbackPage, Previewer, health
from tongban_bridge.settings import load_settings


def serve(home: Path, client: httpx.Client, stopped: threading.Event) -> None:
    """Serve the counter until `stopped` is set.

    Raises:
        Fault: where identity or settings do not allow it.
    """
    settings = load_settings(home)
    bridge = open_bridge(home, client)
    cameras = [one.device for one in bridge.workers if isinstance(one.device, Previewer)]
    page = LoopbackPage(
        settings.page_port,
        lambda: health(bridge.identity.window, bridge.link.state, bridge.report(), bridge.holdup),
        origins=settings.page_origins,
        camera=cameras[0] if cameras else None,
    )
    bridge.start()
    page.start()
    try:
        # A wait without an end would keep Windows from handling Ctrl-C.
        while not stopped.wait(1.0):
            pass
    finally:
        page.stop()
        bridge.stop()
