"""Scanners that speak eSCL (AirScan): XML and pictures over HTTP, no driver on the PC."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import httpx

from tongban_bridge.device import LOOK_OVER_HTTP, Command, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.scanner.request import ScanRequest, collect, parse

A4 = (2480, 3508)
"""Width and height in the unit of eSCL, 1/300 inch."""
_PAGE_SECONDS = 120.0
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScanSettings xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"
  xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03">
<pwg:Version>2.0</pwg:Version><scan:Intent>Document</scan:Intent>
<pwg:ScanRegions><pwg:ScanRegion><pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches\
</pwg:ContentRegionUnits><pwg:Height>{height}</pwg:Height><pwg:Width>{width}</pwg:Width>\
<pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset></pwg:ScanRegion></pwg:ScanRegions>
<pwg:InputSource>{source}</pwg:InputSource><scan:ColorMode>{mode}</scan:ColorMode>
<scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>
<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>
</scan:ScanSettings>
"""
_FEEDER_FAULTS = {
    "ScannerAdfEmpty": "feeder_empty",
    "ScannerAdfJam": "feeder_jam",
    "ScannerAdfHatchOpen": "scanner_open",
}


@dataclass(frozen=True)
class _Source:
    name: str
    width: int
    height: int
    resolutions: tuple[int, ...]

    def nearest(self, dpi: int) -> int:
        """The least resolution that is enough, or the best there is."""
        enough = [one for one in self.resolutions if one >= dpi]
        return min(enough) if enough else max(self.resolutions, default=dpi)


class EsclScanner:
    """A scanner by the address of its eSCL service, `http://host[:port]/eSCL`."""

    kind = "scanner"
    commands = frozenset({"scan"})
    look_every = LOOK_OVER_HTTP

    def __init__(self, id: str, name: str, url: str, *, verify: bool = True) -> None:
        self.id = id
        self.name = name
        self._base = url.rstrip("/") + "/"
        self._client = httpx.Client(timeout=httpx.Timeout(10.0, read=_PAGE_SECONDS), verify=verify)

    def check(self) -> None:
        """Ask the scanner how it is."""
        state = self._status().findtext("State")
        if state in ("Stopped", "Testing", "Down"):
            raise Fault("scanner_stopped", state)

    def run(self, command: Command, turn: Turn) -> Outcome:
        """Scan what lies on the glass or in the feeder."""
        request = parse(command.parameters)
        source = self._source(request.source)
        if request.source == "feeder":
            self._examine_feeder()
        dpi = source.nearest(request.dpi)
        job = self._begin(request, source, dpi, turn)
        return collect(request, self._pages(job, request.most, turn), dpi)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _begin(self, request: ScanRequest, source: _Source, dpi: int, turn: Turn) -> str:
        settings = _SETTINGS.format(
            height=min(A4[1], source.height),
            width=min(A4[0], source.width),
            source=source.name,
            mode="RGB24" if request.colour else "Grayscale8",
            dpi=dpi,
        )
        while True:
            answer = self._send("POST", "ScanJobs", content=settings.encode())
            if answer.status_code == 201 and "location" in answer.headers:
                # Some name a host of their own that this PC cannot resolve: only its path counts.
                place = urlsplit(urljoin(self._base, answer.headers["location"])).path
                return urljoin(self._base, place).rstrip("/")
            if answer.status_code not in (409, 503):
                raise Fault("scanner_refused", f"HTTP {answer.status_code}")
            if request.source == "feeder":
                self._examine_feeder()
            if not turn.pause(1.0):
                raise Fault("scanner_busy")

    def _pages(self, job: str, most: int, turn: Turn) -> Iterator[bytes]:
        count = 0
        try:
            while count < most and turn.pause(0):
                answer = self._send("GET", f"{job}/NextDocument")
                if answer.status_code in (404, 410) and count:
                    return
                if answer.status_code == 503:
                    turn.pause(0.5)
                    continue
                if answer.status_code != 200:
                    self._examine_feeder()
                    raise Fault("scanner_refused", f"HTTP {answer.status_code}")
                count += 1
                yield answer.content
            if not count:
                raise Fault("expired")
        finally:
            self._end(job)

    def _end(self, job: str) -> None:
        """A job that is through answers 404, and one whose scanner is gone nothing."""
        try:
            self._send("DELETE", job)
        except Fault:
            return

    def _examine_feeder(self) -> None:
        state = self._status().findtext("AdfState")
        if state in _FEEDER_FAULTS:
            raise Fault(_FEEDER_FAULTS[state])

    def _source(self, name: str) -> _Source:
        capabilities = self._xml("ScannerCapabilities")
        path = "Adf/AdfSimplexInputCaps" if name == "feeder" else "Platen/PlatenInputCaps"
        found = capabilities.find(f".//{path}")
        if found is None:
            raise Fault("no_such_source", name)
        resolutions = tuple(
            int(one.text or 0) for one in found.iterfind(".//DiscreteResolution/XResolution")
        )
        return _Source(
            "Feeder" if name == "feeder" else "Platen",
            int(found.findtext("MaxWidth") or A4[0]),
            int(found.findtext("MaxHeight") or A4[1]),
            resolutions,
        )

    def _status(self) -> ElementTree.Element:
        return self._xml("ScannerStatus")

    def _xml(self, path: str) -> ElementTree.Element:
        answer = self._send("GET", path)
        if answer.status_code == 503:
            raise Fault("scanner_busy")
        try:
            answer.raise_for_status()
            # Expat itself bounds the expansion of entities.
            root = ElementTree.fromstring(answer.content)  # noqa: S314
        except (httpx.HTTPStatusError, ElementTree.ParseError) as problem:
            raise Fault("scanner_not_escl", type(problem).__name__) from None
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root

    def _send(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        headers = {"Content-Type": "text/xml"} if content else {}
        try:
            return self._client.request(
                method, urljoin(self._base, path), content=content, headers=headers
            )
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise Fault("device_offline", f"{self._base} {type(problem).__name__}") from None
