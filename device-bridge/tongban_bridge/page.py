"""The bridge's own page on 127.0.0.1: pairing, health and the camera's preview, nothing else.

A web page that a resident's scan leads to must not reach it, hence: loopback only, the exact Host,
a list of exact origins, no cookies, JSON, no parameters, and never an upgrade to a WebSocket. The
listed origins may look; only the page itself pairs.
"""

import json
import threading
from collections.abc import Sequence, Set
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Protocol, runtime_checkable

from tongban_bridge.deliverer import Holdup
from tongban_bridge.faults import Fault, message
from tongban_bridge.link import Report

_LARGEST_BODY = 1024
"""Bytes; an address and a code are far less."""
_FIELD = {"pairing_refused": "/code", "not_a_platform": "/server", "unreachable": "/server"}
"""What a refused pairing blames, as a JSON pointer into what was sent."""
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@runtime_checkable
class Previewer(Protocol):
    """A camera that can show what it sees."""

    def preview(self) -> bytes:
        """The present picture as JPEG."""
        ...


class Counter(Protocol):
    """What the page shows, and what it does; called from any thread."""

    @property
    def camera(self) -> Previewer | None:
        """The camera to look through, if there is one."""
        ...

    def health(self) -> dict[str, Any]:
        """As `health` makes it."""
        ...

    def pair(self, server: str, code: str) -> str:
        """Pair with a window; its name. Raises Fault."""
        ...


class LoopbackPage:
    """Serves until `stop`; port 0 takes a free one."""

    def __init__(self, port: int, counter: Counter, *, origins: Sequence[str] = ()) -> None:
        handler = type("Handler", (_Handler,), {"counter": counter})
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError as problem:
            raise Fault("page_port", f"{port}: {problem.strerror}") from None
        self.port = self._server.server_port
        handler.hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}  # type: ignore[attr-defined]
        own = {f"http://{host}" for host in handler.hosts}  # type: ignore[attr-defined]
        handler.origins = own | set(origins)  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Handler(BaseHTTPRequestHandler):
    hosts: set[str]
    origins: set[str]
    counter: Counter

    timeout = 10

    def do_GET(self) -> None:
        if refusal := self._refusal():
            self._json(refusal, {"code": "not_for_you"})
        elif self.path == "/":
            page = (files("tongban_bridge") / "page.html").read_bytes()
            self._send(200, "text/html; charset=utf-8", page)
        elif self.path == "/health":
            self._json(200, self.counter.health())
        elif self.path == "/preview" and (camera := self.counter.camera):
            self._preview(camera)
        else:
            self._json(404, {"code": "not_found"})

    def do_POST(self) -> None:
        if not is_from_own_page(self.headers, self.hosts):
            self._json(403, {"code": "not_for_you"})
        elif self.path != "/pair":
            self._json(404, {"code": "not_found"})
        elif body := self._body():
            self._pair(*body)
        else:
            self._json(400, {"code": "not_understood"})

    def do_OPTIONS(self) -> None:
        """A preflight: granted to the listed origins only, for reading."""
        self._send(self._refusal() or 204, "application/json", b"")

    def _refusal(self) -> int | None:
        return None if is_ours(self.headers, self.hosts, self.origins) else 403

    def _body(self) -> tuple[str, str] | None:
        """Address and code that were sent, None for anything that the page does not send."""
        length = self.headers.get("Content-Length", "")
        is_json = self.headers.get_content_type() == "application/json"
        if not (is_json and length.isdecimal() and int(length) <= _LARGEST_BODY):
            return None
        try:
            match json.loads(self.rfile.read(int(length))):
                case {"server": str(server), "code": str(code)}:
                    return server, code
        except (ValueError, RecursionError):
            pass
        return None

    def _pair(self, server: str, code: str) -> None:
        try:
            window = self.counter.pair(server, code)
        except Fault as fault:
            problem = {"detail": fault.detail, "pointer": _FIELD.get(fault.code)}
            self._json(422, {**_words(fault.code), **problem})
        else:
            self._json(200, {"window": window})

    def _preview(self, camera: Previewer) -> None:
        try:
            picture = camera.preview()
        except Fault as fault:
            self._json(503, _words(fault.code))
        else:
            self._send(200, "image/jpeg", picture)

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body).encode())

    def _send(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Vary", "Origin")
        origin = self.headers.get("Origin")
        if status < 400 and origin in self.origins and self.path != "/pair":
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Methods", "GET")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the log is about devices."""


def is_ours(headers: Message, hosts: Set[str], origins: Set[str]) -> bool:
    """Whether a request is for this very host, from a page that may ask, and no upgrade."""
    asked = headers.get_all("Host", [])
    from_pages = headers.get_all("Origin", [])
    return (
        len(asked) == 1
        and asked[0] in hosts
        and all(origin in origins for origin in from_pages)
        and "Upgrade" not in headers
    )


def is_from_own_page(headers: Message, hosts: Set[str]) -> bool:
    """Whether a request comes from the page that this very host has served. Browsers name the
    origin of every POST, so one without it is none of the page's."""
    return is_ours(headers, hosts, {f"http://{headers['Host']}"}) and "Origin" in headers


def health(
    window: str | None,
    link: str,
    report: Report,
    holdup: Holdup | None = None,
    *,
    pair_with: str | None = None,
) -> dict[str, Any]:
    """What the page shows: how link, queue and devices are, in words of both languages.

    `pair_with` is the platform's address, empty if unknown, where this PC may be paired.
    """
    waiting = None
    if report.queued and holdup:
        since = f"{holdup.since:%m-%d %H:%M}"
        waiting = {"detail": holdup.detail, "since": since, **_words(holdup.code)}
    return {
        "window": window,
        "link": {"state": link, **_words(link)},
        "pairing": None if pair_with is None else {"server": pair_with},
        "queued": report.queued,
        "waiting": waiting,
        "devices": [{**device, **_words(device["code"])} for device in report.devices],
    }


_LINK = {"connecting": ("正在连接平台", "connecting"), "connected": ("已连接平台", "connected")}


def _words(code: Any) -> dict[str, str | None]:
    """Both null where nothing is wrong."""
    if code is None:
        return {"code": None, "zh": None, "en": None}
    chinese, english = _LINK.get(code) or message(code)
    return {"code": code, "zh": chinese, "en": english}
