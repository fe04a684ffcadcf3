"""The bridge itself: commands from the platform to devices, what came of them back."""

import logging
import threading
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tongban_bridge.api import Api, Refused
from tongban_bridge.deliverer import Deliverer, Holdup
from tongban_bridge.device import IDLE_WAIT, Command, Device, Outcome, Turn
from tongban_bridge.faults import Fault, words
from tongban_bridge.identity import Identity, load_identity, queue_key
from tongban_bridge.link import Link, Listener, Report
from tongban_bridge.pairing import VERSION
from tongban_bridge.settings import Limits, build, load_settings
from tongban_bridge.store import Delivery, Store
from tongban_bridge.worker import Job, Worker

log = logging.getLogger(__name__)

PRINTING = frozenset({"print", "print_slip"})
_TIDY_EVERY = 3600.0
_LONGEST = 300.0
"""Seconds that any command lasts; more than that, or less than none, is this PC's clock."""


class Bridge:
    """Everything that runs; `start` it, then `stop` it."""

    def __init__(
        self,
        identity: Identity,
        store: Store,
        client: httpx.Client,
        devices: Sequence[Device],
        *,
        limits: Limits,
        look_every: float | None = None,
    ) -> None:
        self.identity = identity
        self._store = store
        self._limits = limits
        self._turns: dict[str, Turn] = {}
        self._told: Report | None = None
        self._telling = threading.Lock()
        self._stopping = threading.Event()
        self._tidying = threading.Thread(target=self._tidy, name="tidying", daemon=True)
        self.workers = [Worker(one, self._tell, look_every=look_every) for one in devices]
        self._api = Api(identity, client)
        self._deliverer = Deliverer(store, self._api, self._tell)
        self.link = Link(
            identity,
            VERSION,
            Listener(self._take, self._cancel, self._deliverer.wake, self.report),
        )

    def report(self) -> Report:
        """How the counter is."""
        return Report([worker.state.as_json() for worker in self.workers], self._store.count())

    @property
    def holdup(self) -> Holdup | None:
        """Why what waits does not leave."""
        return self._deliverer.holdup

    def start(self) -> None:
        """Say first what an interruption has left open, then begin."""
        for command_id, kind, moved in self._store.unfinished():
            code = "unconfirmed" if moved and kind in PRINTING else "interrupted"
            self._store.finish(command_id, _failed(Fault(code)))
        for worker in self.workers:
            worker.start()
        self._tidying.start()
        self._deliverer.start()
        self.link.start()

    def stop(self) -> None:
        """End what runs; what is undelivered stays."""
        self._stopping.set()
        self.link.stop()
        for turn in list(self._turns.values()):
            turn.cancel()
        for worker in self.workers:
            worker.stop()
        self._deliverer.stop()
        self._store.close()

    def _take(self, command: Command) -> None:
        try:
            new = self._store.take(command.id, command.kind)
        except Fault as fault:
            self._tell_unkept(command, fault)
            return
        self.link.taken(command.id)
        if not new:
            return
        try:
            if self._store.size() > self._limits.bytes:
                raise Fault("queue_full")
            worker = choose(command, self.workers)
        except Fault as fault:
            self._end(command, fault)
            return
        turn = self._turns[command.id] = Turn(_seconds_left(command))
        worker.submit(
            Job(
                command,
                turn,
                begin=lambda: self._store.start(command.id),
                end=lambda ended: self._end(command, ended),
            )
        )

    def _cancel(self, command_id: str) -> None:
        if turn := self._turns.get(command_id):
            turn.cancel()

    def _end(self, command: Command, ended: Outcome | Fault) -> None:
        self._turns.pop(command.id, None)
        try:
            if isinstance(ended, Fault):
                self._store.finish(command.id, _failed(ended))
            else:
                done = {"state": "done", "result": ended.result}
                self._store.finish(command.id, done, ended.files)
        except Fault as fault:
            printed = isinstance(ended, Outcome) and command.kind in PRINTING
            self._tell_unkept(command, Fault("unconfirmed", fault.detail) if printed else fault)
        else:
            self._deliverer.wake()

    def _tell_unkept(self, command: Command, fault: Fault) -> None:
        """The disk is full: say so past the queue, so that nobody waits for what will not come.
        Where that fails too, the platform ends the command by its time."""
        log.error("command %s: %s", command.id, words(fault))
        now = datetime.now(UTC).isoformat()
        delivery = Delivery(0, str(uuid.uuid4()), command.id, now, _failed(fault), ())
        try:
            self._api.deliver(delivery, delivery.outcome)
        except (Fault, Refused) as problem:
            log.warning("not delivered: %s", problem)

    def _tell(self) -> None:
        """Tell the platform what has changed since it was told."""
        with self._telling:
            report = self.report()
            if report != self._told:
                self._told = report
                self.link.report()

    def _tidy(self) -> None:
        while not self._stopping.is_set():
            if dropped := self._store.forget_older(self._limits.days):
                log.error("%d deliveries were older than %d days", dropped, self._limits.days)
            self._stopping.wait(_TIDY_EVERY)


def choose(command: Command, workers: Sequence[Worker]) -> Worker:
    """The device for a command: the one it names, else one that is ready.

    Raises:
        Fault: `no_device`.
    """
    able = [worker for worker in workers if command.kind in worker.device.commands]
    if command.kind == "scan":
        camera = command.parameters.get("source") == "camera"
        able = [worker for worker in able if (worker.device.kind == "camera") == camera]
    if named := command.parameters.get("reader"):
        able = [worker for worker in able if worker.device.id == named]
    order = {"ready": 0, "busy": 1, "fault": 2, "absent": 3}
    if not able:
        raise Fault("no_device", command.kind)
    return min(able, key=lambda worker: order[worker.state.state])


def open_bridge(home: Path, client: httpx.Client) -> Bridge:
    """The bridge of a folder's identity, settings and queue.

    Raises:
        Fault: `not_paired`, `settings`, `driver_missing`.
    """
    identity = load_identity(home)
    settings = load_settings(home)
    documents = Api(identity, client)
    devices = [build(one, documents) for one in settings.devices]
    store = Store(home / "queue.sqlite", queue_key(home))
    return Bridge(identity, store, client, devices, limits=settings.limits)


def _failed(fault: Fault) -> dict[str, Any]:
    state = "cancelled" if fault.code == "cancelled" else "failed"
    detail = fault.detail[:500] if fault.detail else None
    return {"state": state, "code": fault.code, "detail": detail}


def _seconds_left(command: Command) -> float:
    """The platform hands out nothing that is over, so a clock that says so is wrong."""
    left = (command.expires_at - datetime.now(UTC)).total_seconds()
    return left if 0 < left <= _LONGEST else IDLE_WAIT
