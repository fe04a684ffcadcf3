"""Scans: they become uploads of who asked, under the rules for uploads."""

from typing import Any
from uuid import uuid4

from fastapi import FastAPI

from tests.devices.asking import HOME, asked, shown
from tests.files.conftest import JPEG, PDF, PNG
from tests.support.applications import application
from tests.support.bridge import TestBridge
from tests.support.district import District, Person
from tongban.core.settings import get_settings


async def test_scans_become_uploads_of_who_asked(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    command_id = await asked(clerk, "scan", source="feeder", format="jpeg")
    sent = [
        await bridge.scanned(command_id, content, media_type)
        for content, media_type in (
            (JPEG, "image/jpeg"),
            (PDF, "application/pdf"),
            (JPEG, "image/jpeg"),
        )
    ]
    assert [answer.status for answer in sent] == [201] * 3
    first, second, again = (answer.body["id"] for answer in sent)
    assert first == again != second
    await bridge.deliver(bridge.delivery(command_id, result={"file_ids": [first, second]}))
    assert (await shown(clerk, command_id))["result"] == {"file_ids": [first, second]}
    file = await clerk.get(f"/files/{first}")
    assert (file.status, file.content) == (200, JPEG)
    stranger = await district.person("clerk", "110102011")
    assert (await stranger.get(f"/files/{first}")).status == 404
    body = application("ST-MZ-008", HOME)
    body["materials"][0]["files"] = [first]
    assert (await clerk.post("/cases", body)).status == 201


async def test_scans_obey_the_rules_for_uploads(clerk: Person, bridge: TestBridge) -> None:
    command_id = await asked(clerk, "scan")

    async def code(content: bytes, media_type: str, command: str = command_id) -> tuple[int, str]:
        answer = await bridge.scanned(command, content, media_type)
        return answer.status, answer.code

    assert await code(PNG, "image/jpeg") == (422, "file_disguised")
    assert await code(b"MZ" + bytes(64), "application/pdf") == (422, "file_type_refused")
    assert await code(PDF, "text/html") == (422, "file_type_refused")
    assert await code(b"", "application/pdf") == (422, "file_empty")
    too_large = bytes(get_settings().max_file_bytes + 1)
    assert await code(too_large, "application/pdf") == (413, "file_too_large")
    assert await code(PDF, "application/pdf", str(uuid4())) == (404, "not_found")
    reading = await asked(clerk, "read_card")
    assert await code(PDF, "application/pdf", reading) == (404, "not_found")
    query = f"command_id={command_id}"
    signed = bridge.signed("POST", "/api/v1/devices/files", query, PDF)
    changed = await bridge.send(
        "POST",
        f"/api/v1/devices/files?{query}",
        PDF + b" ",
        {**signed, "Content-Type": "application/pdf"},
    )
    assert (changed.status, changed.code) == (401, "bridge_unknown")


async def test_a_scan_cannot_name_files_of_others(
    district: District, clerk: Person, bridge: TestBridge
) -> None:
    stranger = await district.person("clerk", "110102011")
    foreign = await stranger.call("POST", "/files", files={"file": ("a.pdf", PDF)})
    command_id = await asked(clerk, "scan")
    await bridge.deliver(bridge.delivery(command_id, result={"file_ids": [foreign.body["id"]]}))
    command = await shown(clerk, command_id)
    assert (command["state"], command["result"]) == ("failed", None)
    assert command["problem"]["detail"] == "/file_ids file_unknown"


async def test_a_bridge_that_is_cut_off_in_the_middle_leaves_nothing(
    app: FastAPI, clerk: Person, bridge: TestBridge
) -> None:
    """Neither a file nor an error: lines go down, and nobody is there to hear an answer."""
    command_id = await asked(clerk, "scan")
    query = f"command_id={command_id}"
    signed = bridge.signed("POST", "/api/v1/devices/files", query, PDF)
    headers = {**signed, "Content-Type": "application/pdf", "Content-Length": str(len(PDF))}
    pieces: list[dict[str, Any]] = [
        {"type": "http.request", "body": PDF[:9], "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/devices/files",
        "raw_path": b"/api/v1/devices/files",
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 40000),
        "server": ("tongban.test", 80),
    }

    async def receive() -> dict[str, Any]:
        return pieces.pop(0)

    async def send(_: object) -> None:
        pass

    await app(scope, receive, send)  # raises what would be logged as an error
    again = await bridge.scanned(command_id, PDF, "application/pdf")
    assert again.status == 201
