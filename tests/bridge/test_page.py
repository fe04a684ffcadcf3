"""The loopback page answers its own page and the listed origins, and nobody else; only its own
page pairs."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tongban_bridge.deliverer import Holdup
from tongban_bridge.device import DeviceState
from tongban_bridge.faults import Fault
from tongban_bridge.link import Report
from tongban_bridge.page import LoopbackPage, health

REPORT = Report([DeviceState("a", "id_card", "读卡器", "absent", "port_missing").as_json()], 2)
HOLDUP = Holdup("clock", "HTTP 401 signature_stale", datetime(2026, 11, 29, 10, 3, tzinfo=UTC))


class Camera:
    def __init__(self) -> None:
        self.fault: Fault | None = None

    def preview(self) -> bytes:
        if self.fault:
            raise self.fault
        return b"\xff\xd8jpeg"


class Counter:
    """What is behind the page, and what it was asked."""

    def __init__(self) -> None:
        self.camera = Camera()
        self.asked: list[tuple[str, str]] = []
        self.fault: Fault | None = None

    def health(self) -> dict[str, Any]:
        return health("3号窗口", "unreachable", REPORT, HOLDUP)

    def pair(self, server: str, code: str) -> str:
        self.asked.append((server, code))
        if self.fault:
            raise self.fault
        return "3号窗口"


LISTED = "https://tongban.example.gov.cn"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[LoopbackPage, Counter]]:
    counter = Counter()
    page = LoopbackPage(0, counter, origins=[LISTED])
    page.start()
    yield page, counter
    page.stop()


@pytest.fixture
def page(served: tuple[LoopbackPage, Counter]) -> LoopbackPage:
    return served[0]


@pytest.fixture
def counter(served: tuple[LoopbackPage, Counter]) -> Iterator[Counter]:
    yield served[1]
    served[1].asked.clear()
    served[1].fault = served[1].camera.fault = None


def get(page: LoopbackPage, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{page.port}{path}", headers=headers)


def test_health_in_words(page: LoopbackPage) -> None:
    answer = get(page, "/health").json()
    assert (answer["window"], answer["queued"]) == ("3号窗口", 2)
    assert "找不到设备端口" in answer["devices"][0]["zh"]
    assert "port" in answer["devices"][0]["en"]
    assert "无法连接平台" in answer["link"]["zh"]


def test_why_the_queue_waits(page: LoopbackPage) -> None:
    waiting = get(page, "/health").json()["waiting"]
    assert (waiting["code"], waiting["since"]) == ("clock", "11-29 10:03")
    assert "本机时间" in waiting["zh"]
    assert "clock" in waiting["en"]
    assert waiting["detail"] == "HTTP 401 signature_stale"
    assert health("3号窗口", "connected", Report([], 0), HOLDUP)["waiting"] is None


def test_localhost_is_the_same(page: LoopbackPage) -> None:
    assert get(page, "/health", Host=f"localhost:{page.port}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Origin": "https://tongban.example.gov.cn.attacker.example"},
        {"Upgrade": "websocket", "Connection": "Upgrade"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/", "/health", "/preview"])
def test_others_get_nothing(page: LoopbackPage, headers: dict[str, str], path: str) -> None:
    answer = get(page, path, **headers)
    assert answer.status_code == 403
    assert answer.json() == {"code": "not_for_you"}
    assert "access-control-allow-origin" not in answer.headers


def test_a_listed_origin_may_read(page: LoopbackPage) -> None:
    answer = get(page, "/preview", Origin="https://tongban.example.gov.cn")
    assert answer.content.startswith(b"\xff\xd8")
    assert answer.headers["access-control-allow-origin"] == "https://tongban.example.gov.cn"
    assert "set-cookie" not in answer.headers


def test_nothing_else_is_there(page: LoopbackPage) -> None:
    assert get(page, "/health?x=1").status_code == 404
    assert get(page, "/../etc/passwd").status_code == 404
    assert get(page, "/pair").status_code == 404
    assert post(page, path="/health").status_code == 404
    assert httpx.put(f"http://127.0.0.1:{page.port}/pair").status_code == 501


def test_a_camera_that_is_gone(page: LoopbackPage, counter: Counter) -> None:
    counter.camera.fault = Fault("device_missing")
    answer = get(page, "/preview")
    assert (answer.status_code, answer.json()["code"]) == (503, "device_missing")


def test_only_this_address_listens(page: LoopbackPage) -> None:
    """127.0.0.2 is this machine too: whoever listens everywhere would answer there."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", page.port), timeout=1)


def test_a_taken_port_is_named(page: LoopbackPage) -> None:
    with pytest.raises(Fault, match="page_port"):
        LoopbackPage(page.port, Counter())


def post(
    page: LoopbackPage,
    body: bytes = b"",
    *,
    path: str = "/pair",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """As the page itself does, but for what is named; an empty value leaves a header out."""
    own = {"Origin": f"http://127.0.0.1:{page.port}", "Content-Type": "application/json"}
    sent = {name: value for name, value in {**own, **(headers or {})}.items() if value}
    body = body or json.dumps({"server": LISTED, "code": "ABCD2345"}).encode()
    return httpx.post(f"http://127.0.0.1:{page.port}{path}", content=body, headers=sent)


def test_the_page_itself_pairs(page: LoopbackPage, counter: Counter) -> None:
    answer = post(page)
    assert (answer.status_code, answer.json()) == (200, {"window": "3号窗口"})
    assert counter.asked == [(LISTED, "ABCD2345")]
    assert "access-control-allow-origin" not in answer.headers
    own = f"localhost:{page.port}"
    assert post(page, headers={"Host": own, "Origin": f"http://{own}"}).status_code == 200


def test_why_it_was_not_paired(page: LoopbackPage, counter: Counter) -> None:
    counter.fault = Fault("unreachable", f"{LISTED}: ConnectError")
    answer = post(page)
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["code"], problem["pointer"]) == ("unreachable", "/server")
    assert "无法连接平台" in problem["zh"]
    assert "cannot be reached" in problem["en"]
    assert problem["detail"] == f"{LISTED}: ConnectError"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": LISTED},
        {"Origin": "https://attacker.example"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://localhost:{port}"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:{port}.attacker.example"},
        {"Host": "attacker.example:{port}"},
        {"Host": "attacker.example:{port}", "Origin": "http://attacker.example:{port}"},
        {"Host": "127.0.0.2:{port}", "Origin": "http://127.0.0.2:{port}"},
        {"Upgrade": "websocket", "Connection": "Upgrade"},
    ],
    ids=str,
)
def test_nobody_else_pairs(page: LoopbackPage, counter: Counter, headers: dict[str, str]) -> None:
    """Forms of other sites, rebound names, programs of other ports, and the listed origins."""
    sent = {name: value.format(port=page.port) for name, value in headers.items()}
    answer = post(page, headers=sent)
    assert (answer.status_code, answer.json()) == (403, {"code": "not_for_you"})
    assert counter.asked == []
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "type",
    [
        "",
        "text/plain",
        "text/plain; application/json",
        "text/plain, application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "application/jsonp",
    ],
)
def test_only_json_is_read(page: LoopbackPage, counter: Counter, type: str) -> None:
    assert post(page, headers={"Content-Type": type}).status_code == 400
    assert counter.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"null",
        b"[" * 1024,
        b"\xff\xfe",
        b'{"code": "ABCD2345"}',
        b'{"server": null, "code": "ABCD2345"}',
        b'{"server": "a", "code": ["ABCD2345"]}',
    ],
    ids=lambda body: body[:12].decode(errors="replace"),
)
def test_only_an_address_and_a_code_are_taken(
    page: LoopbackPage, counter: Counter, body: bytes
) -> None:
    assert post(page, body).json() == {"code": "not_understood"}
    assert counter.asked == []


def raw(page: LoopbackPage, *lines: str, body: bytes = b"") -> bytes:
    """What is answered to these very bytes."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=5) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return connection.recv(65536)


def test_what_no_browser_sends(page: LoopbackPage, counter: Counter) -> None:
    """Two of a header, none of one, and bodies of a length that is not told or too large."""
    body = json.dumps({"server": LISTED, "code": "ABCD2345"}).encode()
    host, origin = f"Host: 127.0.0.1:{page.port}", f"Origin: http://127.0.0.1:{page.port}"
    type, length = "Content-Type: application/json", f"Content-Length: {len(body)}"
    start = "POST /pair HTTP/1.1"
    whole = [start, host, origin, type, length]
    for headers in (
        [start, origin, type, length],
        [*whole, "Host: attacker.example"],
        [*whole, "Origin: https://attacker.example"],
        [*whole, f"Origin: {LISTED}"],
    ):
        assert b" 403 " in raw(page, *headers, body=body).splitlines()[0]
    for headers in (
        [start, host, origin, type],
        [start, host, origin, type, "Transfer-Encoding: chunked"],
        [start, host, origin, type, "Content-Length: -1"],
        [start, host, origin, type, "Content-Length: 1025"],
        [start, host, origin, type, "Content-Length: 99999999999999999999"],
    ):
        assert b" 400 " in raw(page, *headers).splitlines()[0]
    assert counter.asked == []
    assert b" 200 " in raw(page, *whole, body=body).splitlines()[0]


def test_no_other_site_is_told_that_it_may_pair(page: LoopbackPage) -> None:
    for origin in (LISTED, f"http://127.0.0.1:{page.port}"):
        asked = {"Access-Control-Request-Method": "POST", "Origin": origin}
        answer = httpx.options(f"http://127.0.0.1:{page.port}/pair", headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control-allow")]


def test_the_page_cannot_be_framed_and_loads_nothing(page: LoopbackPage) -> None:
    headers = get(page, "/").headers
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
