"""What `tongban-bridge run` runs: the bridge, where this PC is paired, and the loopback page."""

import logging
import threading
from pathlib import Path
from typing import Any

import httpx

from tongban_bridge.bridge import Bridge, open_bridge
from tongban_bridge.faults import Fault, words
from tongban_bridge.identity import Identity, load_identity, queue_key
from tongban_bridge.link import Report
from tongban_bridge.page import LoopbackPage, Previewer, health
from tongban_bridge.pairing import known_server, pair
from tongban_bridge.settings import Settings, load_settings

log = logging.getLogger(__name__)

_LOOK_EVERY = 1.0
"""Seconds between two looks at what this PC is paired as. A wait without an end would besides keep
Windows from handling Ctrl-C."""
_UNPAIRED = frozenset({"not_paired", "bridge_unknown", "bridge_revoked"})
"""States in which a code cannot take a counter away from somebody."""


def serve(home: Path, client: httpx.Client, stopped: threading.Event) -> None:
    """Serve the counter until `stopped` is set; while this PC is not paired, only the page.

    Raises:
        Fault: where identity or settings do not allow it.
        OSError: where `home` cannot be read or written.
    """
    settings = load_settings(home)
    queue_key(home)  # is needed once paired, and shows now whether the folder can be written
    counter = Counter(home, client, settings)
    page = LoopbackPage(settings.page_port, counter, origins=settings.page_origins)
    page.start()
    try:
        _say_where_to_pair(home, page.port)
        counter.follow()
        while not stopped.wait(_LOOK_EVERY):
            counter.follow()
    finally:
        page.stop()
        counter.stop()


def _say_where_to_pair(home: Path, port: int) -> None:
    try:
        load_identity(home)
    except Fault as fault:
        log.warning("%s http://127.0.0.1:%d", words(fault), port)


class Counter:
    """The bridge of what this PC is paired as, or none."""

    def __init__(self, home: Path, client: httpx.Client, settings: Settings) -> None:
        self._home = home
        self._client = client
        self._settings = settings
        self._bridge: Bridge | None = None
        self._pairing = threading.Lock()
        self._switching = threading.Lock()

    def follow(self) -> None:
        """Run as whom this PC is paired as by now, be it by its page or the command line.

        Raises:
            Fault: as `open_bridge` does.
        """
        kept, running = self._kept(), self._bridge
        if kept is None or (running and running.identity.bridge_id == kept.bridge_id):
            return
        with self._switching:
            self._end()
            bridge = open_bridge(self._home, self._client)
            bridge.start()
            self._bridge = bridge

    def stop(self) -> None:
        """End what runs. A pairing at hand is finished, for its code is used up."""
        with self._pairing, self._switching:
            self._end()

    def _end(self) -> None:
        if self._bridge:
            self._bridge.stop()
            self._bridge = None

    @property
    def camera(self) -> Previewer | None:
        """The first that can show what it sees."""
        workers = self._bridge.workers if self._bridge else []
        cameras = [one.device for one in workers if isinstance(one.device, Previewer)]
        return cameras[0] if cameras else None

    def health(self) -> dict[str, Any]:
        """How link, queue and devices are, and whether this PC may be paired."""
        with self._switching:
            bridge, state = self._bridge, self._state()
            kept = self._kept()
            report = bridge.report() if bridge else Report([], 0)
            return health(
                kept.window if kept else None,
                state,
                report,
                bridge.holdup if bridge else None,
                pair_with=known_server(self._home, self._settings) if state in _UNPAIRED else None,
            )

    def pair(self, server: str, code: str) -> str:
        """Pair this PC, once however many pages ask; the window's name.

        Raises:
            Fault: `already_paired`, `home` or as `pairing.pair` does.
        """
        with self._pairing:
            if self._state() not in _UNPAIRED:
                raise Fault("already_paired")
            try:
                identity = pair(self._home, server, code, self._client)
            except OSError as problem:
                raise Fault("home", f"{self._home}: {problem.strerror}") from None
        log.info("paired: %s", identity.window)
        return identity.window

    def _state(self) -> str:
        """Of the link, or why there is none. Who is paired and does not run yet will soon."""
        kept, bridge = self._kept(), self._bridge
        if kept is None and bridge is None:
            return "not_paired"
        if bridge is None or (kept and kept.bridge_id != bridge.identity.bridge_id):
            return "connecting"
        return bridge.link.state

    def _kept(self) -> Identity | None:
        """None also while the file cannot be read: that alone ends no bridge that runs."""
        try:
            return load_identity(self._home)
        except (Fault, OSError):
            return None
