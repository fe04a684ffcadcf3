"""Takes the queue to the platform, in order, each delivery until it is answered for good."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongban_bridge.api import Api, Refused
from tongban_bridge.faults import Fault, words
from tongban_bridge.pauses import Pauses
from tongban_bridge.store import DAMAGED, Delivery, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holdup:
    """Why what waits has not left, and since when it is for this reason, in this PC's time."""

    code: str
    detail: str | None
    since: datetime


class Deliverer:
    """One thread; `wake` it when there is something new or the network is back."""

    def __init__(self, store: Store, api: Api, changed: Callable[[], None]) -> None:
        self._store = store
        self._api = api
        self._changed = changed
        self._woken = threading.Event()
        self._stopping = False
        self.holdup: Holdup | None = None
        """None while nothing waits, or it leaves."""
        self._thread = threading.Thread(target=self._serve, name="deliverer", daemon=True)

    def start(self) -> None:
        """Begin with what waits from before."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the queue now."""
        self._woken.set()

    def stop(self) -> None:
        """End after the call at hand; what waits stays for the next start."""
        self._stopping = True
        self.wake()
        self._thread.join(timeout=10)

    def _serve(self) -> None:
        pauses = Pauses()
        while not self._stopping:
            self._woken.clear()
            try:
                while not self._stopping and (delivery := self._store.first()):
                    self._deliver(delivery)
                    self._store.confirmed(delivery.sequence)
                    self.holdup = None
                    self._changed()
                    pauses.succeeded()
            except Exception as problem:
                # A fault that passes, or what nobody expected: what waits must leave one day.
                self._hold_up(problem)
                self._woken.wait(pauses.after_failure())
            else:
                # What waited may also have become too old.
                self.holdup = None
                self._woken.wait()

    def _hold_up(self, problem: Exception) -> None:
        """Keep why; said once, not with every attempt of a long outage."""
        expected = isinstance(problem, Fault)
        fault = problem if isinstance(problem, Fault) else Fault("internal", type(problem).__name__)
        before = self.holdup
        if before and (before.code, before.detail) == (fault.code, fault.detail):
            return
        self.holdup = Holdup(fault.code, fault.detail, datetime.now().astimezone())
        log.warning("not delivered yet: %s", words(fault), exc_info=not expected)

    def _deliver(self, delivery: Delivery) -> None:
        try:
            outcome = self._with_files(delivery)
        except Refused as refused:
            outcome = {"state": "failed", "code": "file_refused", "detail": str(refused)}
        except Fault as fault:
            if fault.code != "queue_damaged":
                raise
            outcome = dict(DAMAGED)
        try:
            self._api.deliver(delivery, outcome)
        except Refused as refused:
            log.error("delivery %s of %s: %s", delivery.id, delivery.command_id, refused)

    def _with_files(self, delivery: Delivery) -> dict[str, Any]:
        if not delivery.file_ids:
            return delivery.outcome
        file_ids = []
        for position, known in enumerate(delivery.file_ids):
            file_id = known
            if file_id is None:
                file = self._store.file(delivery.id, position)
                file_id = self._api.upload(delivery.command_id, file.media_type, file.content)
                self._store.uploaded(delivery.id, position, file_id)
            file_ids.append(file_id)
        result = {**(delivery.outcome["result"] or {}), "file_ids": file_ids}
        return {**delivery.outcome, "result": result}
