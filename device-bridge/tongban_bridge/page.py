"""The bridge's own page on 127.0.0.1: health and the camera's preview, nothing else.

A web page that a resident's scan leads to must not reach it, hence: loopback only, the exact Host,
a list of exact origins, no cookies, JSON, no parameters, and never an upgrade to a WebSocket.
"""

import json
import threading
from collections.abc import Callable, Sequence, Set
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, runtime_checkable

from tongban_bridge.deliverer import Holdup
from tongban_bridge.faults import Fault, message
from tongban_bridge.link import Report

_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<title>通办设备桥 · Tongban bridge</title>
<style>body{font:16px/1.6 sans-serif;margin:2rem}td{padding:.2rem 1rem .2rem 0}</style>
<h1>通办设备桥 · Tongban device bridge</h1><p id="link"></p><p id="queue"></p>
<table id="devices"></table>
<script>
const show = async () => {
  const health = await (await fetch('/health')).json();
  document.getElementById('link').textContent =
    `${health.window} · ${health.link.zh} ${health.link.en}`;
  const {queued, waiting: held} = health;
  const why = held &&
    ` · ${held.since} 起 since · ${held.zh} ${held.en} [${held.detail || held.code}]`;
  document.getElementById('queue').textContent = `待上传 waiting: ${queued}${why || ''}`;
  document.getElementById('devices').replaceChildren(...health.devices.map(device => {
    const row = document.createElement('tr');
    for (const text of [device.name, device.state, device.zh || '', device.en || ''])
      row.insertCell().textContent = text;
    return row;
  }));
};
show(); setInterval(show, 2000);
</script></html>
"""


@runtime_checkable
class Previewer(Protocol):
    """A camera that can show what it sees."""

    def preview(self) -> bytes:
        """The present picture as JPEG."""
        ...


class LoopbackPage:
    """Serves until `stop`; port 0 takes a free one."""

    def __init__(
        self,
        port: int,
        health: Callable[[], dict[str, Any]],
        *,
        origins: Sequence[str] = (),
        camera: Previewer | None = None,
    ) -> None:
        handler = type("Handler", (_Handler,), {"health": staticmethod(health), "camera": camera})
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
    health: Callable[[], dict[str, Any]]
    camera: Previewer | None

    timeout = 10

    def do_GET(self) -> None:
        if refusal := self._refusal():
            self._json(refusal, {"code": "not_for_you"})
        elif self.path == "/":
            self._send(200, "text/html; charset=utf-8", _PAGE.encode())
        elif self.path == "/health":
            self._json(200, self.health())
        elif self.path == "/preview" and self.camera:
            self._preview(self.camera)
        else:
            self._json(404, {"code": "not_found"})

    def do_OPTIONS(self) -> None:
        """A preflight: granted to the listed origins only, for reading."""
        self._send(self._refusal() or 204, "application/json", b"")

    def _refusal(self) -> int | None:
        return None if is_ours(self.headers, self.hosts, self.origins) else 403

    def _preview(self, camera: Previewer) -> None:
        try:
            picture = camera.preview()
        except Fault as fault:
            chinese, english = message(fault.code)
            self._json(503, {"code": fault.code, "zh": chinese, "en": english})
        else:
            self._send(200, "image/jpeg", picture)

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body, ensure_ascii=False).encode())

    def _send(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Vary", "Origin")
        origin = self.headers.get("Origin")
        if status < 400 and origin in self.origins:
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


def health(window: str, link: str, report: Report, holdup: Holdup | None) -> dict[str, Any]:
    """What the page shows: how link, queue and devices are, in words of both languages."""
    waiting = None
    if report.queued and holdup:
        since = f"{holdup.since:%m-%d %H:%M}"
        waiting = {"detail": holdup.detail, "since": since, **_words(holdup.code)}
    return {
        "window": window,
        "link": {"state": link, **_words(link)},
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
