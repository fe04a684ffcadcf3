"""The hands at a virtual counter: a page, and the same by JSON for tests.

`POST /card {"person": "chen"}` or null, `/press {"level": 5}`, `/plug {"device", "in"}`,
`/feeder {"pages": 3}`, `/hold {"device": "scanner", "on": true}` (or the printer: what it has begun
does not end); `GET /state`, `GET /printed/1` a sheet, `GET /slips/1` a slip.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tongban_bridge.faults import Fault
from tongban_bridge.page import is_ours
from tongban_bridge.virtual.counter import VirtualCounter
from tongban_bridge.virtual.escl import sheet
from tongban_bridge.virtual.idcard import PEOPLE

_FEEDER_DPI = 200
_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>虚拟柜台 · virtual counter</title>
<style>body{font:16px/1.8 sans-serif;margin:2rem}button{margin:.2rem;padding:.3rem .8rem}</style>
<h1>虚拟柜台 · virtual counter</h1>
<h2>证件 · card</h2><p id="cards"></p><h2>评价 · evaluation <span id="asked"></span></h2><p id="levels"></p>
<h2>进纸器 · feeder</h2><p id="feeder"></p><h2>设备 · devices</h2><p id="devices"></p>
<h2>已打印 · printed</h2><p id="printed"></p>
<script>
const post = (path, body) => fetch(path, {method: 'POST', body: JSON.stringify(body)}).then(show);
const button = (text, action) => {
  const one = document.createElement('button'); one.textContent = text; one.onclick = action; return one;
};
const fill = (id, ...nodes) => document.getElementById(id).replaceChildren(...nodes);
const link = (path, text) => { const one = document.createElement('a'); one.href = path; one.textContent = text + ' '; return one; };
const show = async () => {
  const state = await (await fetch('/state')).json();
  fill('cards', ...state.people.map(person => button((state.card === person ? '● ' : '') + person, () => post('/card', {person}))),
    button('取走 · take away', () => post('/card', {person: null})));
  fill('levels', ...state.levels.map(level => button(level, () => post('/press', {level}))));
  fill('asked', String(state.asked));
  fill('feeder', `${state.feeder} `, button('+3', () => post('/feeder', {pages: 3})));
  fill('devices', ...Object.entries(state.devices).map(([device, there]) =>
    button(`${there ? '●' : '○'} ${device}`, () => post('/plug', {device, in: !there}))));
  fill('printed', ...Array.from({length: state.printed}, (_, n) => link(`/printed/${n + 1}`, `PDF ${n + 1}`)),
    ...Array.from({length: state.slips}, (_, n) => link(`/slips/${n + 1}`, `slip ${n + 1}`)));
};
show(); setInterval(show, 1000);
</script></html>
"""  # noqa: E501  a page, not code


class Console:
    """Serves until `stop`; port 0 takes a free one."""

    def __init__(self, counter: VirtualCounter, port: int = 0) -> None:
        self.counter = counter
        self.card: str | None = None
        handler = type("Handler", (_Handler,), {"console": self})
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError as problem:
            raise Fault("page_port", f"{port}: {problem.strerror}") from None
        self.port = self._server.server_port
        self.hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        self.origins = {f"http://{host}" for host in self.hosts}
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def state(self) -> dict[str, Any]:
        """How the counter is."""
        counter = self.counter
        return {
            "people": list(PEOPLE),
            "card": self.card,
            "levels": counter.evaluator.levels,
            "asked": counter.evaluator.asked,
            "feeder": len(counter.scanner.feeder),
            "scanning": len(counter.scanner.jobs),
            "devices": counter.devices,
            "printed": len(counter.printer.jobs),
            "slips": len(counter.slip.slips),
        }

    def do(self, path: str, body: dict[str, Any]) -> None:
        """What a person would do; KeyError or TypeError for what nobody can."""
        match path:
            case "/card":
                self.counter.lay(body["person"])
                self.card = body["person"]
            case "/press":
                self.counter.press(int(body["level"]))
            case "/plug":
                (self.counter.plug if body["in"] else self.counter.unplug)(body["device"])
            case "/hold":
                self.counter.hold(body["device"], on=bool(body["on"]))
            case "/feeder":
                self.counter.scanner.feeder += [
                    sheet(number, _FEEDER_DPI) for number in range(int(body["pages"]))
                ]
            case _:
                raise KeyError(path)

    def file(self, path: str) -> tuple[str, bytes] | None:
        """Something printed."""
        _, kind, number = [*path.split("/"), "", ""][:3]
        sheets = [document for _, document in self.counter.printer.jobs]
        papers = {
            "printed": ("application/pdf", sheets),
            "slips": ("application/octet-stream", self.counter.slip.slips),
        }
        media_type, found = papers.get(kind, ("", []))
        if number.isdecimal() and 0 < int(number) <= len(found):
            return media_type, found[int(number) - 1]
        return None


class _Handler(BaseHTTPRequestHandler):
    console: Console
    timeout = 10

    def do_GET(self) -> None:
        if not self._is_ours():
            return
        if self.path == "/":
            self._send(200, "text/html; charset=utf-8", _PAGE.encode())
        elif self.path == "/state":
            self._send(200, "application/json", json.dumps(self.console.state()).encode())
        elif found := self.console.file(self.path):
            self._send(200, *found)
        else:
            self._send(404)

    def do_POST(self) -> None:
        if not self._is_ours():
            return
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self.console.do(self.path, body)
        except (ValueError, KeyError, TypeError):
            self._send(422)
        else:
            self._send(200, "application/json", b"{}")

    def _is_ours(self) -> bool:
        ours = is_ours(self.headers, self.console.hosts, self.console.origins)
        if not ours:
            self._send(403)
        return ours

    def _send(self, status: int, media_type: str = "text/plain", body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
