"""Printers that speak IPP: those on the network, and every queue of CUPS."""

import itertools
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from tongban_bridge.device import LOOK_OVER_HTTP, Command, Documents, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.printer.ipp_codec import (
    Attribute,
    Group,
    Message,
    Operation,
    Tag,
    decode,
    encode,
)

BUSY = 0x0507
POLL = 0.3
"""Seconds between two looks at a job."""

AWAY = 20.0
"""Seconds that a printer with a job may be out of reach before somebody must look."""

_COMPLETED = 9
_ENDED_BADLY = {7: "print_cancelled", 8: "print_failed"}
_STOPPED = 5
_REASONS = {
    "media-empty": "paper_out",
    "media-needed": "paper_out",
    "media-jam": "paper_jam",
    "cover-open": "printer_open",
    "door-open": "printer_open",
    "toner-empty": "toner_out",
    "marker-supply-empty": "toner_out",
}
_PDF = "application/pdf"
_WANTED = (
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "document-format-supported",
)


class IppPrinter:
    """A printer by its address, `ipp://host[:port]/ipp/print` or `ipp://localhost/printers/QUEUE`.

    A job is named after its command. So after a lost connection the printer itself can tell
    whether it has the job, and nothing is sent a second time on suspicion.
    """

    kind = "printer"
    commands = frozenset({"print"})
    look_every = LOOK_OVER_HTTP

    def __init__(
        self,
        id: str,
        name: str,
        uri: str,
        *,
        documents: Documents,
        verify: bool = True,
        away: float = AWAY,
    ) -> None:
        parts = urlsplit(uri)
        secure = parts.scheme in ("ipps", "https")
        host = parts.hostname or "localhost"
        self.id = id
        self.name = name
        self._uri = uri
        self._address = f"http{'s' * secure}://{host}:{parts.port or 631}{parts.path or '/'}"
        self._documents = documents
        self._away = away
        self._client = httpx.Client(timeout=20.0, verify=verify)
        self._numbers = itertools.count(1)

    def check(self) -> None:
        """Ask the printer how it is."""
        answer = self._ask(
            Operation.GET_PRINTER_ATTRIBUTES,
            [(Tag.KEYWORD, "requested-attributes", _WANTED)],
        )
        printer = answer.group(Tag.PRINTER)
        if printer.first("printer-state") == _STOPPED:
            raise _stopped(printer)
        if printer.first("printer-is-accepting-jobs") is False:
            raise Fault("printer_refuses")
        formats = printer.attributes.get("document-format-supported", [_PDF])
        if _PDF not in formats:
            raise Fault("printer_no_pdf")

    def run(self, command: Command, turn: Turn) -> Outcome:
        """Print a document of the platform's."""
        content = self._documents.fetch(command.id)
        copies = int(command.parameters.get("copies", 1))
        self._print(f"tongban-{command.id}", content, copies, turn)
        return Outcome({"printed_at": datetime.now(UTC).isoformat()})

    def print_test(self) -> None:
        """Print a page that shows that it can."""
        from tongban_bridge.printer.testpage import test_page

        self._print(f"tongban-test-{datetime.now(UTC):%H%M%S}", test_page(), 1, Turn(60))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _print(self, job_name: str, content: bytes, copies: int, turn: Turn) -> None:
        job = self._submit(job_name, content, copies, turn)
        try:
            self._follow(job, turn)
        except Fault as fault:
            if fault.code not in ("cancelled", "expired"):
                raise
            # Paper that is put in tomorrow must not bring out what was asked for again today.
            if not self._withdrawn(job):
                raise Fault("unconfirmed", f"job {job}") from None
            raise

    def _submit(self, job_name: str, content: bytes, copies: int, turn: Turn) -> int:
        """Send a job until the printer has time for it; its number."""
        described: list[Attribute] = [
            (Tag.NAME, "job-name", job_name),
            (Tag.MIME, "document-format", _PDF),
        ]
        template: list[Attribute] = [(Tag.INTEGER, "copies", copies)]
        while True:
            try:
                answer = self._send(Operation.PRINT_JOB, described, template, content)
            except httpx.ConnectError:
                raise Fault("device_offline", self._address) from None
            except httpx.HTTPError:
                return self._find(job_name, turn)
            if answer.code != BUSY:
                break
            if not turn.pause(1.0):
                raise Fault("printer_busy")
        job = answer.group(Tag.JOB).first("job-id")
        if answer.code >= 0x0100 or not isinstance(job, int):
            raise Fault("printer_refused", f"IPP {answer.code:04x}")
        return job

    def _find(self, job_name: str, turn: Turn) -> int:
        """The job that may have arrived although its answer did not."""
        while turn.pause(POLL):
            for which in ("not-completed", "completed"):
                try:
                    answer = self._ask(
                        Operation.GET_JOBS,
                        [
                            (Tag.KEYWORD, "requested-attributes", ("job-id", "job-name")),
                            (Tag.KEYWORD, "which-jobs", which),
                        ],
                    )
                except Fault:
                    break
                for group in answer.groups:
                    job = group.first("job-id")
                    if group.first("job-name") == job_name and isinstance(job, int):
                        return job
        raise Fault("unconfirmed", job_name)

    def _follow(self, job: int, turn: Turn) -> None:
        """Wait until the printer says that a job is printed."""
        seen = time.monotonic()
        while True:
            try:
                state = self._state(job)
                seen = time.monotonic()
            except Fault as fault:
                if fault.code != "device_offline":
                    raise
                # The job goes on while the network is away, but who pulled the plug waits here.
                if time.monotonic() - seen > self._away:
                    raise Fault("unconfirmed", f"job {job}") from None
                state = None
            if state == _COMPLETED:
                return
            if state in _ENDED_BADLY:
                raise Fault(_ENDED_BADLY[state], f"job {job}")
            if not turn.pause(POLL):
                raise Fault("expired")

    def _state(self, job: int) -> int:
        answer = self._ask(
            Operation.GET_JOB_ATTRIBUTES,
            [
                (Tag.INTEGER, "job-id", job),
                (Tag.KEYWORD, "requested-attributes", ("job-state", "job-state-reasons")),
            ],
        )
        state = answer.group(Tag.JOB).first("job-state")
        if not isinstance(state, int):
            raise Fault("unconfirmed", f"job {job}: IPP {answer.code:04x}")
        return state

    def _withdrawn(self, job: int) -> bool:
        """Take a job back; whether it is sure that it will not be printed."""
        try:
            self._ask(Operation.CANCEL_JOB, [(Tag.INTEGER, "job-id", job)])
            return self._state(job) in _ENDED_BADLY
        except Fault:
            return False

    def _ask(self, operation: Operation, attributes: Sequence[Attribute]) -> Message:
        try:
            return self._send(operation, attributes)
        except httpx.HTTPError as problem:
            raise Fault("device_offline", f"{self._address} {type(problem).__name__}") from None

    def _send(
        self,
        operation: Operation,
        attributes: Sequence[Attribute],
        template: Sequence[Attribute] = (),
        document: bytes = b"",
    ) -> Message:
        described: list[Attribute] = [
            (Tag.CHARSET, "attributes-charset", "utf-8"),
            (Tag.LANGUAGE, "attributes-natural-language", "zh-cn"),
            (Tag.URI, "printer-uri", self._uri),
            # The order is the standard's: what names the job comes before who asks.
            *(one for one in attributes if one[1] == "job-id"),
            (Tag.NAME, "requesting-user-name", "tongban"),
            *(one for one in attributes if one[1] != "job-id"),
        ]
        groups = [(Tag.OPERATION, described), *([(Tag.JOB, template)] if template else [])]
        answer = self._client.post(
            self._address,
            content=encode(operation, next(self._numbers), groups) + document,
            headers={"Content-Type": "application/ipp"},
        )
        if answer.status_code != 200:
            raise Fault("printer_not_ipp", f"HTTP {answer.status_code}")
        return decode(answer.content)


def _stopped(printer: Group) -> Fault:
    reasons = [str(one) for one in printer.attributes.get("printer-state-reasons", [])]
    for reason in reasons:
        for known, code in _REASONS.items():
            if reason.startswith(known):
                return Fault(code, reason)
    return Fault("printer_stopped", ", ".join(reasons)[:200])
