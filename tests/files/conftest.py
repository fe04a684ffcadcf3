"""Two clerks of different streets, each signed in."""

import io
import zipfile
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import headers_of, import_tree, make_staff
from tongban.identity.roles import Role


def pdf(filling: bytes = b"") -> bytes:
    """A PDF with nothing on it; `filling` stands in a comment."""
    head = b"%PDF-1.7\n%" + filling + b"\n"
    body = b"1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n%010d 00000 n \n" % len(head)
    end = b"trailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return head + body + table + end % len(head + body)


PDF = pdf()


def picture(kind: str, size: tuple[int, int] = (32, 24), **options: Any) -> bytes:
    """A picture with some noise in it, as Pillow writes it."""
    content = io.BytesIO()
    noise = Image.effect_noise((64, 48), 80).convert("RGB").resize(size)
    noise.save(content, kind, **options)
    return content.getvalue()


PNG, JPEG, WEBP = picture("PNG"), picture("JPEG"), picture("WEBP")


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
