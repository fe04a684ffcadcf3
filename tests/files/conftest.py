"""Two clerks of different streets, each signed in."""

import io
import zipfile

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import headers_of, import_tree, make_staff
from tongban.identity.roles import Role

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(64)
WEBP = b"RIFF\x40\x00\x00\x00WEBPVP8 " + bytes(64)


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.fixture
async def people(session: AsyncSession) -> None:
    await import_tree(session)
    await make_staff(session, "ds-clerk", "110102010", Role.CLERK)
    await make_staff(session, "xj-clerk", "110102001", Role.CLERK)


@pytest.fixture
async def clerk(people: None, client: httpx.AsyncClient) -> dict[str, str]:
    return await headers_of(client, "ds-clerk")


@pytest.fixture
async def stranger(people: None, client: httpx.AsyncClient) -> dict[str, str]:
    return await headers_of(client, "xj-clerk")
