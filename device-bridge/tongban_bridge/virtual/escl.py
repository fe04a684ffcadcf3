"""An eSCL scanner on 127.0.0.1 that scans pages drawn here."""

import io
import random
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image, ImageDraw, ImageFont

_LOOK = 0.02
"""Seconds between two looks whether a held page may go on."""
_A4_INCHES = (8.27, 11.69)
_CAPABILITIES = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerCapabilities xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"
  xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03">
<pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>Tongban Virtual Scanner</pwg:MakeAndModel>
<scan:Platen>{caps_platen}</scan:Platen><scan:Adf>{caps_adf}</scan:Adf>
</scan:ScannerCapabilities>"""
_INPUT_CAPS = """<scan:{tag}><scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>
<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>3508</scan:MaxHeight>
<scan:MaxScanRegions>1</scan:MaxScanRegions><scan:SettingProfiles><scan:SettingProfile>
<scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode>
</scan:ColorModes><scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>
<scan:SupportedResolutions><scan:DiscreteResolutions>{resolutions}</scan:DiscreteResolutions>
</scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles></scan:{tag}>"""
_RESOLUTION = (
    "<scan:DiscreteResolution><scan:XResolution>{0}</scan:XResolution>"
    "<scan:YResolution>{0}</scan:YResolution></scan:DiscreteResolution>"
)
_STATUS = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerStatus xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"
  xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"><pwg:Version>2.63</pwg:Version>
<pwg:State>{state}</pwg:State><scan:AdfState>{adf}</scan:AdfState></scan:ScannerStatus>"""


@cache
def sheet(
    number: int, dpi: int, *, colour: bool = True, tilt: float = 0.0, blank: bool = False
) -> bytes:
    """A page of writing as JPEG; `tilt` in degrees, `blank` bare paper with its grain."""
    size = tuple(round(inches * dpi) for inches in _A4_INCHES)
    image = Image.new("L", (size[0], size[1]), 250)
    if not blank:
        _write(ImageDraw.Draw(image), number, dpi)
    if tilt:
        image = image.rotate(tilt, resample=Image.Resampling.BICUBIC, fillcolor=250)
    grain = Image.effect_noise(image.size, 6).point([value - 128 + 128 for value in range(256)])
    image = Image.blend(image, grain, 0.03)
    content = io.BytesIO()
    image.convert("RGB" if colour else "L").save(content, "JPEG", quality=80, dpi=(dpi, dpi))
    return content.getvalue()


def _write(draw: ImageDraw.ImageDraw, number: int, dpi: int) -> None:
    draw.text(
        (dpi, dpi * 0.7), f"Sample {number}", fill=20, font=ImageFont.load_default(dpi * 0.25)
    )
    words = random.Random(number)  # noqa: S311  a drawing
    for line in range(30):
        left, top = dpi * 1.0, dpi * (1.4 + line * 0.3)
        while (width := words.uniform(0.2, 0.9) * dpi) + left < dpi * 7.3:
            draw.rectangle((left, top, left + width, top + dpi * 0.1), fill=40)
            left += width + dpi * 0.12


class VirtualScanner:
    """Serves until `stop`. What it holds and what ails it can be set at any time."""

    def __init__(self, port: int = 0, *, seconds_a_page: float = 0.0) -> None:
        self.glass: bytes | None = None
        """What lies on the glass; a drawn page where nothing was put there."""
        self.feeder: list[bytes] = []
        self.busy = 0
        """How often it still answers that it is busy."""
        self.state = "Idle"
        self.off = False
        self.jammed_after: int | None = None
        self.held = False
        """Begins a page and does not come to its end."""
        self.requests: list[str] = []
        self.settings: list[str] = []
        self.seconds_a_page = seconds_a_page
        handler = type("Handler", (_Handler,), {"scanner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/eSCL"
        self.port = self._server.server_port
        self.jobs: dict[str, list[bytes]] = {}
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

    @property
    def feeder_state(self) -> str:
        """As the status tells it."""
        if self.jammed_after == 0:
            return "ScannerAdfJam"
        return "ScannerAdfLoaded" if self.feeder else "ScannerAdfEmpty"

    def begin(self, settings: str) -> str:
        """Open a job; its number."""
        self.settings.append(settings)
        dpi = int(settings.partition("<scan:XResolution>")[2].partition("<")[0])
        if "Feeder" in settings:
            pages, self.feeder = self.feeder, []
        else:
            colour = "RGB24" in settings
            pages = [self.glass or sheet(len(self.settings), dpi, colour=colour)]
        number = str(len(self.settings))
        self.jobs[number] = pages
        return number


class _Handler(BaseHTTPRequestHandler):
    scanner: VirtualScanner
    protocol_version = "HTTP/1.1"
    timeout = 5

    def parse_request(self) -> bool:
        """A connection that is kept open ends with its scanner."""
        understood = super().parse_request()
        self.close_connection = self.close_connection or self.scanner.off
        return understood and not self.scanner.off

    def do_GET(self) -> None:
        scanner = self.scanner
        scanner.requests.append(f"GET {self.path}")
        if self.path == "/eSCL/ScannerCapabilities":
            resolutions = "".join(_RESOLUTION.format(dpi) for dpi in (100, 200, 300, 600))
            platen = _INPUT_CAPS.format(tag="PlatenInputCaps", resolutions=resolutions)
            adf = _INPUT_CAPS.format(tag="AdfSimplexInputCaps", resolutions=resolutions)
            self._xml(_CAPABILITIES.format(caps_platen=platen, caps_adf=adf))
        elif self.path == "/eSCL/ScannerStatus":
            self._xml(_STATUS.format(state=scanner.state, adf=scanner.feeder_state))
        elif self.path.endswith("/NextDocument"):
            self._next(scanner.jobs.get(self.path.split("/")[-2], []))
        else:
            self._send(404)

    def do_POST(self) -> None:
        scanner = self.scanner
        scanner.requests.append(f"POST {self.path}")
        settings = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if scanner.busy > 0:
            scanner.busy -= 1
            self._send(503)
        elif "Feeder" in settings and not scanner.feeder:
            self._send(409)
        else:
            self._send(201, location=f"/eSCL/ScanJobs/{scanner.begin(settings)}")

    def do_DELETE(self) -> None:
        self.scanner.requests.append(f"DELETE {self.path}")
        found = self.scanner.jobs.pop(self.path.rpartition("/")[2], None)
        self._send(404 if found is None else 200)

    def _next(self, pages: list[bytes]) -> None:
        if self.scanner.jammed_after == 0:
            self._send(409)
        elif not pages:
            self._send(404)
        else:
            if self.scanner.jammed_after:
                self.scanner.jammed_after -= 1
            threading.Event().wait(self.scanner.seconds_a_page)
            while self.scanner.held and not self.scanner.off:
                threading.Event().wait(_LOOK)
            if self.scanner.off:
                self.close_connection = True
                return
            self._send(200, pages.pop(0), "image/jpeg")

    def _xml(self, text: str) -> None:
        self._send(200, text.encode(), "text/xml")

    def _send(
        self, status: int, body: bytes = b"", media_type: str = "text/plain", location: str = ""
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
