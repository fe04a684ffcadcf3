"""An IPP printer on 127.0.0.1 that keeps what it prints, and can be made to fail."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tongban_bridge.printer.ipp_codec import Group, Operation, Tag, decode, encode


class VirtualPrinter:
    """Serves until `stop`; what ails it can be set at any time."""

    def __init__(self, port: int = 0) -> None:
        self.busy = 0
        """How often it still answers that it is busy."""
        self.state = 3
        self.reasons = "none"
        self.formats = ("application/pdf", "image/urf")
        self.final_state = 9
        """What becomes of its jobs; 5 leaves them unfinished."""
        self.held = False
        """Takes jobs and does not come to their end."""
        self.drop_answer = False
        """Takes the next job, then breaks the connection."""
        self.off = False
        self.jobs: list[tuple[str, bytes]] = []
        self.cancelled: set[int] = set()
        handler = type("Handler", (_Handler,), {"printer": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.port = self._server.server_port
        self.uri = f"ipp://127.0.0.1:{self.port}/ipp/print"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Switch it off, open connections too."""
        self.off = True
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def job_state(self, job: int) -> int:
        """As IPP numbers them."""
        if job in self.cancelled:
            return 7
        return 5 if self.held else self.final_state


class _Handler(BaseHTTPRequestHandler):
    printer: VirtualPrinter
    protocol_version = "HTTP/1.1"
    timeout = 5

    def do_POST(self) -> None:
        printer = self.printer
        request = decode(self.rfile.read(int(self.headers["Content-Length"])))
        if printer.off:
            self.close_connection = True
            return
        operation = request.group(Tag.OPERATION)
        job = operation.first("job-id")
        number = job if isinstance(job, int) else 0
        match request.code:
            case Operation.GET_PRINTER_ATTRIBUTES:
                self._answer(request.request_id, 0, [self._described()])
            case Operation.PRINT_JOB if printer.busy:
                printer.busy -= 1
                self._answer(request.request_id, 0x0507, [])
            case Operation.PRINT_JOB:
                self._take(request.request_id, operation, request.data)
            case Operation.GET_JOBS:
                ended = printer.final_state == 9 and not printer.held
                listed = ended == (operation.first("which-jobs") == "completed")
                jobs = range(1, len(printer.jobs) + 1) if listed else ()
                self._answer(request.request_id, 0, [_job(printer, one) for one in jobs])
            case Operation.GET_JOB_ATTRIBUTES if 0 < number <= len(printer.jobs):
                self._answer(request.request_id, 0, [_job(printer, number)])
            case Operation.CANCEL_JOB if printer.job_state(number) == 5:
                printer.cancelled.add(number)
                self._answer(request.request_id, 0, [])
            case Operation.CANCEL_JOB:
                self._answer(request.request_id, 0x0404, [])
            case _:
                self._answer(request.request_id, 0x0406, [])

    def _take(self, request_id: int, operation: Group, document: bytes) -> None:
        printer = self.printer
        printer.jobs.append((str(operation.first("job-name")), document))
        if printer.drop_answer:
            printer.drop_answer = False
            self.close_connection = True
            return
        self._answer(request_id, 0, [_job(printer, len(printer.jobs))])

    def _described(self) -> tuple[Tag, list[tuple[Tag, str, object]]]:
        printer = self.printer
        return (
            Tag.PRINTER,
            [
                (Tag.ENUM, "printer-state", printer.state),
                (Tag.KEYWORD, "printer-state-reasons", printer.reasons),
                (Tag.BOOLEAN, "printer-is-accepting-jobs", True),
                (Tag.MIME, "document-format-supported", printer.formats),
            ],
        )

    def _answer(self, request_id: int, status: int, groups: list[object]) -> None:
        head = (
            Tag.OPERATION,
            [
                (Tag.CHARSET, "attributes-charset", "utf-8"),
                (Tag.LANGUAGE, "attributes-natural-language", "en"),
            ],
        )
        content = encode(status, request_id, [head, *groups])  # type: ignore[list-item]
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def _job(printer: VirtualPrinter, number: int) -> tuple[Tag, list[tuple[Tag, str, object]]]:
    return (
        Tag.JOB,
        [
            (Tag.INTEGER, "job-id", number),
            (Tag.NAME, "job-name", printer.jobs[number - 1][0]),
            (Tag.ENUM, "job-state", printer.job_state(number)),
        ],
    )
