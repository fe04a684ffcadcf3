"""Pictures are whole, not too large and nothing besides: told without decoding them."""

import io
import struct
import time
import tracemalloc
import zlib
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.files.conftest import PDF, picture, zipped
from tests.files.test_upload import upload
from tongban.files import pictures
from tongban.files.pictures import BrokenPicture, Size

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
MADE: dict[str, tuple[str, dict[str, Any]]] = {
    "png": ("PNG", {}),
    "uncompressed": ("PNG", {"compress_level": 0}),
    "jpeg": ("JPEG", {"quality": 95}),
    "progressive": ("JPEG", {"progressive": True}),
    "restarts": ("JPEG", {"restart_marker_rows": 1}),
    "webp": ("WEBP", {}),
    "lossless": ("WEBP", {"lossless": True}),
    "extended": ("WEBP", {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}),
}
Headers = dict[str, str]


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png_of(width: int, height: int) -> bytes:
    """A few bytes that ask a viewer for width × height pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    )


def photo_of(width: int, height: int) -> bytes:
    """A JPEG of plain grey: few bytes, many pixels."""
    content = io.BytesIO()
    Image.new("L", (width, height), 128).save(content, "JPEG", quality=30)
    return content.getvalue()


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("size", [(1, 1), (31, 17), (640, 481)])
def test_what_a_writer_made_is_whole_and_measured(name: str, size: tuple[int, int]) -> None:
    kind, options = MADE[name]
    content = picture(kind, size, **options)
    assert pictures.measure(TYPES[kind], io.BytesIO(content)) == Size(*size)
    # Phones add what they please after the end: a film, a map of brightness.
    assert pictures.measure(TYPES[kind], io.BytesIO(content + bytes(500))) == Size(*size)


@pytest.mark.parametrize("name", MADE)
def test_what_was_cut_off_anywhere_is_broken(name: str) -> None:
    kind, options = MADE[name]
    content = picture(kind, (200, 150), **options)
    for length in {*range(16, len(content), max(1, len(content) // 400)), len(content) - 1}:
        with pytest.raises(BrokenPicture):
            pictures.measure(TYPES[kind], io.BytesIO(content[:length]))


def test_a_changed_byte_of_a_png_is_found() -> None:
    content = bytearray(picture("PNG", (200, 150)))
    content[len(content) // 2] ^= 1
    with pytest.raises(BrokenPicture):
        pictures.measure("image/png", io.BytesIO(content))


@given(st.sampled_from(sorted(TYPES)), st.binary(max_size=400))
def test_no_content_breaks_the_reader(kind: str, noise: bytes) -> None:
    start = picture(kind, (2, 2))[:30]
    for content in (noise, start + noise, start[:12] + noise):
        try:
            pictures.measure(TYPES[kind], io.BytesIO(content))
        except BrokenPicture:
            continue


@pytest.mark.parametrize(
    ("media_type", "start", "part"),
    [
        ("image/png", png_of(2, 2)[:-12], chunk(b"teXt", b"")),
        ("image/jpeg", b"\xff\xd8", b"\xff\xda\x00\x02"),
        ("image/jpeg", b"\xff\xd8", b"\xff"),
        ("image/webp", b"RIFF\xff\xff\xff\x7fWEBP", b"NONE\0\0\0\0"),
    ],
)
def test_a_flood_of_empty_parts_is_given_up_soon(
    media_type: str, start: bytes, part: bytes
) -> None:
    flood = io.BytesIO(start + part * (20 * 1024 * 1024 // len(part)))
    began = time.process_time()
    with pytest.raises(BrokenPicture):
        pictures.measure(media_type, flood)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_memory_stays_small(kind: str) -> None:
    content = io.BytesIO(picture(kind, (2400, 1800), **({"quality": 98} if kind != "PNG" else {})))
    tracemalloc.start()
    try:
        pictures.measure(TYPES[kind], content)
        assert tracemalloc.get_traced_memory()[1] < 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("照片.jpg", picture("JPEG", (200, 150))[:-40], "picture_broken", "重新拍照或扫描"),
        ("照片.png", picture("PNG", (200, 150))[:-40], "picture_broken", "重新拍照或扫描"),
        ("照片.webp", picture("WEBP", (200, 150))[:-40], "picture_broken", "重新拍照或扫描"),
        ("照片.png", png_of(50_000, 50_000), "picture_too_large", "50000×50000"),
        ("申请表.pdf", PDF + zipped("a.txt"), "file_of_two_kinds", "重新导出或扫描"),
        ("照片.jpg", picture("JPEG") + zipped("a.txt"), "file_of_two_kinds", "重新导出或扫描"),
    ],
)
async def test_a_bad_picture_is_refused_with_what_to_do(
    client: httpx.AsyncClient, clerk: Headers, name: str, content: bytes, code: str, says: str
) -> None:
    answer = await upload(client, clerk, name, content)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/file", code)]
    assert says in problem["title"]


async def test_photos_of_48_and_108_million_pixels_pass(
    client: httpx.AsyncClient, clerk: Headers
) -> None:
    for size in ((8064, 6048), (12032, 9024)):
        answer = await upload(client, clerk, "照片.jpg", photo_of(*size))
        assert answer.status_code == 201, answer.text


async def test_a_picture_may_be_large_in_bytes(client: httpx.AsyncClient, clerk: Headers) -> None:
    noise = picture("PNG", (2400, 1800), compress_level=0)
    assert len(noise) > 12 * 1024 * 1024
    assert (await upload(client, clerk, "扫描.png", noise)).status_code == 201
