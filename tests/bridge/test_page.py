"""The loopback page answers its own page and the listed origins, and nobody else."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

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


@pytest.fixture(scope="module")
def camera() -> Camera:
    return Camera()


@pytest.fixture(scope="module")
def page(camera: Camera) -> Iterator[LoopbackPage]:
    page = LoopbackPage(
        0,
        lambda: health("3号窗口", "unreachable", REPORT, HOLDUP),
        origins=["https://tongban.example.gov.cn"],
        camera=camera,
    )
    page.start()
    yield page
    page.stop()


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
    assert httpx.post(f"http://127.0.0.1:{page.port}/health").status_code == 501


def test_a_camera_that_is_gone(page: LoopbackPage, camera: Camera) -> None:
    camera.fault = Fault("device_missing")
    answer = get(page, "/preview")
    camera.fault = None
    assert (answer.status_code, answer.json()["code"]) == (503, "device_missing")


def test_only_this_address_listens(page: LoopbackPage) -> None:
    """127.0.0.2 is this machine too: whoever listens everywhere would answer there."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", page.port), timeout=1)


def test_a_taken_port_is_named(page: LoopbackPage) -> None:
    with pytest.raises(Fault, match="page_port"):
        LoopbackPage(page.port, dict)
