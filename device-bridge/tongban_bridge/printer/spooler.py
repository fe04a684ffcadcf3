"""Printers of Windows: pages are drawn by pdfium and handed to the spooler through GDI.

Written to the documented interfaces of pywin32, pypdfium2 and Pillow; never run.
"""

import time
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import win32con
import win32print
import win32ui
from PIL import ImageWin

from tongban_bridge.device import Command, Documents, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.printer.testpage import test_page

_STATUS_FAULTS = (
    (win32print.PRINTER_STATUS_PAPER_OUT, "paper_out"),
    (win32print.PRINTER_STATUS_PAPER_JAM, "paper_jam"),
    (win32print.PRINTER_STATUS_DOOR_OPEN, "printer_open"),
    (win32print.PRINTER_STATUS_NO_TONER, "toner_out"),
    (win32print.PRINTER_STATUS_OFFLINE, "device_offline"),
    (win32print.PRINTER_STATUS_ERROR, "printer_stopped"),
    (win32print.PRINTER_STATUS_PAUSED, "printer_stopped"),
)
_POINTS_AN_INCH = 72
_POLL = 0.5


class WindowsPrinter:
    """A printer by its name in Windows."""

    kind = "printer"
    commands = frozenset({"print"})

    def __init__(self, id: str, name: str, printer: str, *, documents: Documents) -> None:
        self.id = id
        self.name = name
        self._printer = printer
        self._documents = documents

    def check(self) -> None:
        """Ask the spooler how the printer is."""
        status = self._ask(lambda handle: win32print.GetPrinter(handle, 2)["Status"])
        for bit, code in _STATUS_FAULTS:
            if status & bit:
                raise Fault(code)

    def run(self, command: Command, turn: Turn) -> Outcome:
        """Print a document of the platform's."""
        content = self._documents.fetch(command.id)
        for copy in range(int(command.parameters.get("copies", 1))):
            self._print(content, f"tongban-{command.id}-{copy}", turn)
        return Outcome({"printed_at": datetime.now(UTC).isoformat()})

    def print_test(self) -> None:
        """Print a page that shows that it can."""
        self._print(test_page(), f"tongban-test-{time.time():.0f}", Turn(60))

    def close(self) -> None:
        """Nothing stays open."""

    def _print(self, content: bytes, title: str, turn: Turn) -> None:
        context = win32ui.CreateDC()
        try:
            context.CreatePrinterDC(self._printer)
            context.StartDoc(title)
            for page in pypdfium2.PdfDocument(content):
                _draw(context, page)
            context.EndDoc()
        except win32ui.error as problem:
            raise Fault("unconfirmed", str(problem)[:200]) from None
        finally:
            context.DeleteDC()
        self._follow(title, turn)

    def _follow(self, title: str, turn: Turn) -> None:
        """A job leaves the spooler when it is printed, unless it says that it failed."""
        while True:
            jobs = self._ask(lambda handle: win32print.EnumJobs(handle, 0, 999, 1))
            job = next((job for job in jobs if job["pDocument"] == title), None)
            if job is None or job["Status"] & win32print.JOB_STATUS_PRINTED:
                return
            if job["Status"] & win32print.JOB_STATUS_DELETING:
                raise Fault("print_cancelled")
            if not turn.pause(_POLL):
                self._withdraw(job["JobId"])
                raise Fault("unconfirmed", title)

    def _withdraw(self, job: int) -> None:
        self._ask(
            lambda handle: win32print.SetJob(handle, job, 0, None, win32print.JOB_CONTROL_DELETE)
        )

    def _ask(self, question: Any) -> Any:
        try:
            handle = win32print.OpenPrinter(self._printer)
            try:
                return question(handle)
            finally:
                win32print.ClosePrinter(handle)
        except win32print.error as problem:
            raise Fault("device_missing", str(problem)[:200]) from None


def _draw(context: Any, page: Any) -> None:
    """A page as large as the printable area allows, its proportions kept."""
    dpi = context.GetDeviceCaps(win32con.LOGPIXELSX)
    width = context.GetDeviceCaps(win32con.HORZRES)
    height = context.GetDeviceCaps(win32con.VERTRES)
    image = page.render(scale=dpi / _POINTS_AN_INCH).to_pil()
    ratio = min(width / image.width, height / image.height, 1.0)
    context.StartPage()
    ImageWin.Dib(image.convert("RGB")).draw(
        context.GetHandleOutput(), (0, 0, round(image.width * ratio), round(image.height * ratio))
    )
    context.EndPage()
