"""Uploading: what is taken, what is refused and how it is said, who sees it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.files.conftest import JPEG, PDF, PNG, WEBP, pdf, zipped
from tongban.core.privacy import sm3
from tongban.files import storage
from tongban.files.models import File
from tongban.files.service import attach
from tongban.identity.actor import Actor

URL = "/api/v1/files"
Headers = dict[str, str]


async def upload(
    client: httpx.AsyncClient, headers: Headers, name: str, content: bytes
) -> httpx.Response:
    return await client.post(URL, files={"file": (name, content)}, headers=headers)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("申请表.pdf", PDF, "application/pdf"),
        ("照片.JPG", JPEG, "image/jpeg"),
        ("照片.jpeg", JPEG, "image/jpeg"),
        ("扫描.png", PNG, "image/png"),
        ("扫描.webp", WEBP, "image/webp"),
        ("电子证照.ofd", zipped("OFD.xml", "Doc_0/Document.xml"), "application/ofd"),
    ],
)
async def test_permitted_kinds_are_kept_and_come_back_unchanged(
    client: httpx.AsyncClient, clerk: Headers, name: str, content: bytes, media_type: str
) -> None:
    answer = await upload(client, clerk, name, content)
    assert answer.status_code == 201, answer.text
    file = answer.json()
    assert (file["name"], file["media_type"], file["size"]) == (name, media_type, len(content))
    assert file["scan_state"] == "unscanned"
    opened = await client.get(f"{URL}/{file['id']}", headers=clerk)
    assert opened.content == content
    assert opened.headers["content-type"] == media_type
    assert opened.headers["x-content-type-options"] == "nosniff"
    assert opened.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert opened.headers["content-disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("申请表.pdf", b"<html><script>alert(1)</script></html>", "file_type_refused"),
        ("申请表.pdf", b"", "file_empty"),
        ("申请表.pdf", PNG, "file_disguised"),
        ("申请表", PDF, "file_disguised"),
        ("申请表.pdf.exe", PDF, "file_disguised"),
        ("程序.pdf", b"MZ" + bytes(100), "file_type_refused"),
        ("材料.zip", zipped("a.txt"), "file_type_refused"),
        ("材料.ofd", zipped("a.txt"), "file_type_refused"),
        ("材料.ofd", b"PK\x03\x04" + bytes(40), "file_type_refused"),
        ("申请\x00表.pdf", PDF, "file_name_refused"),
    ],
)
async def test_a_bad_file_is_refused_at_its_field_and_leaves_nothing(
    client: httpx.AsyncClient,
    session: AsyncSession,
    app: FastAPI,
    clerk: Headers,
    name: str,
    content: bytes,
    code: str,
) -> None:
    boundary = "b0undary"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    ).encode() + content
    answer = await client.post(
        URL,
        content=body + f"\r\n--{boundary}--\r\n".encode(),
        headers={**clerk, "Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["code"] == code
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/file", code)]
    assert await session.scalar(select(func.count()).select_from(File)) == 0
    if content not in (PDF, PNG):
        store = storage.get_store(app.state.settings.files_url)
        assert not await storage.exists(store, sm3(content))


async def test_twenty_megabytes_pass_and_one_byte_more_does_not(
    client: httpx.AsyncClient, app: FastAPI, clerk: Headers
) -> None:
    limit = app.state.settings.max_file_bytes
    assert limit == 20 * 1024 * 1024
    largest = pdf(b"x" * (limit - len(pdf(bytes(limit))) + limit))
    assert len(largest) == limit
    answer = await upload(client, clerk, "大.pdf", largest)
    assert answer.status_code == 201
    answer = await upload(client, clerk, "大.pdf", largest + b"\n")
    assert answer.status_code == 413
    assert answer.json()["code"] == "file_too_large"
    assert answer.json()["errors"][0]["pointer"] == "/file"
    assert "20 MB" in answer.json()["title"]


async def test_an_endless_upload_is_cut_off_at_the_limit(
    client: httpx.AsyncClient, app: FastAPI, clerk: Headers
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        for _ in range(200):
            sent += 1024 * 1024
            yield bytes(1024 * 1024)

    answer = await client.post(
        URL,
        content=endless(),
        headers={**clerk, "Content-Type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 413
    assert sent <= app.state.settings.max_file_bytes + 2 * 1024 * 1024


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"--b--"),
        ("multipart/form-data; boundary=b", b"no multipart at all"),
        ("multipart/form-data; boundary=b", b"--b--\r\n"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="other"; filename="a.pdf"\r\n\r\n'
            b"%PDF-1.7\r\n--b--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--b--\r\n',
        ),
    ],
)
async def test_a_body_without_the_file_is_told_so(
    client: httpx.AsyncClient, clerk: Headers, content_type: str, body: bytes
) -> None:
    answer = await client.post(URL, content=body, headers={**clerk, "Content-Type": content_type})
    assert answer.status_code == 422
    assert answer.json()["code"] == "file_missing"


async def test_nobody_uploads_without_signing_in(client: httpx.AsyncClient) -> None:
    assert (await upload(client, {}, "a.pdf", PDF)).status_code == 401


async def test_paths_in_names_are_dropped(client: httpx.AsyncClient, clerk: Headers) -> None:
    answer = await upload(client, clerk, "../../etc/申请\u202e表.pdf", PDF)
    assert answer.json()["name"] == "申请表.pdf"


async def test_sending_the_same_file_again_gives_the_same_row(
    client: httpx.AsyncClient, session: AsyncSession, clerk: Headers, stranger: Headers
) -> None:
    first = await upload(client, clerk, "a.pdf", PDF)
    again = await upload(client, clerk, "a.pdf", PDF)
    other = await upload(client, stranger, "a.pdf", PDF)
    assert first.json()["id"] == again.json()["id"]
    assert other.json()["id"] != first.json()["id"]
    assert await session.scalar(select(func.count(File.digest.distinct()))) == 1


async def test_only_the_uploader_sees_it_and_only_until_it_is_used(
    client: httpx.AsyncClient, session: AsyncSession, clerk: Headers, stranger: Headers
) -> None:
    file = (await upload(client, clerk, "a.pdf", PDF)).json()
    url = f"{URL}/{file['id']}"
    assert (await client.get(url, headers=stranger)).status_code == 404
    assert (await client.get(url, headers=clerk)).status_code == 200
    row = await session.get_one(File, file["id"])
    assert row.uploaded_by is not None
    await attach(session, Actor(row.uploaded_by, "ds-clerk", "张敏", 1, ()), {"/files/0": row.id})
    assert (await client.get(url, headers=clerk)).status_code == 404


async def test_lost_content_is_said_plainly(
    client: httpx.AsyncClient, app: FastAPI, clerk: Headers
) -> None:
    content = PDF + b"lost"
    file = (await upload(client, clerk, "a.pdf", content)).json()
    await storage.delete(storage.get_store(app.state.settings.files_url), sm3(content))
    answer = await client.get(f"{URL}/{file['id']}", headers=clerk)
    assert answer.status_code == 500
    assert answer.json()["code"] == "file_content_lost"
