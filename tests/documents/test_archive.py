"""Archive packages: complete, checkable, the same every time."""

import io
import zipfile
from datetime import date
from typing import Any

import orjson
import pytest

from tongban.cases.documents.archive import (
    Package,
    Part,
    Retention,
    build_package,
    verify_package,
)
from tongban.core.privacy import sm3

CASE = {"number": "110102007202611240001", "matter": "<b>生育登记</b>", "applicant": "张*"}
EVENTS = [{"kind": "accepted", "hash": "00"}, {"kind": "concluded", "hash": "01"}]
TEN_YEARS = Retention(years=10, until=date(2036, 12, 31))


def build(**overrides: Any) -> tuple[bytes, Package]:
    def part(folder: Any, title: str, name: str, content: bytes) -> Part:
        return Part(
            folder=folder,
            title=title,
            name=name,
            media_type="application/pdf",
            content=io.BytesIO(content),
        )

    target = io.BytesIO()
    arguments: dict[str, Any] = {
        "case": CASE,
        "events": EVENTS,
        "parts": [
            part("papers", "受理回执单", "受理回执单.pdf", b"%PDF receipt"),
            part("materials", "户口簿", "../../户口?簿.pdf", b"%PDF" + bytes(600_000)),
            part("materials", "户口簿", "../../户口?簿.pdf", b"%PDF second page"),
        ],
        "retention": TEN_YEARS,
        "archived_on": date(2026, 12, 1),
    }
    package = build_package(target, **{**arguments, **overrides})
    return target.getvalue(), package


def rewritten(content: bytes, path: str, replacement: bytes | None) -> io.BytesIO:
    """The package with one member replaced, or left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name != path:
                new.writestr(name, old.read(name))
        if replacement is not None:
            new.writestr(path, replacement)
    return target


def test_everything_is_inside_under_safe_names_and_listed_with_its_digest() -> None:
    content, package = build()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [
            "papers/01-受理回执单.pdf",
            "materials/02-户口_簿.pdf",
            "materials/03-户口_簿.pdf",
            "events.json",
            "index.html",
            "index.json",
        ]
        index = orjson.loads(archive.read("index.json"))
        for entry in index["entries"]:
            inside = archive.read(entry["path"])
            assert (entry["bytes"], entry["sm3"]) == (len(inside), sm3(inside).hex())
        assert package.digest == sm3(archive.read("index.json")).hex()
        assert orjson.loads(archive.read("events.json")) == EVENTS
        page = archive.read("index.html").decode()
    assert index["retention"] == {"years": 10, "until": "2036-12-31"}
    assert "&lt;b&gt;生育登记" in page
    assert "10年，至2036-12-31" in page


def test_equal_input_gives_equal_bytes() -> None:
    assert build() == build()


def test_a_case_can_be_kept_for_ever() -> None:
    content, _ = build(retention=Retention(years=None, until=None))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "永久" in archive.read("index.html").decode()


def test_an_untouched_package_verifies() -> None:
    content, package = build()
    assert verify_package(io.BytesIO(content), package.digest) == []


@pytest.mark.parametrize("replacement", [b"%PDF forged", None])
@pytest.mark.parametrize("path", ["papers/01-受理回执单.pdf", "events.json", "index.html"])
def test_a_changed_or_missing_file_is_named(path: str, replacement: bytes | None) -> None:
    content, package = build()
    assert verify_package(rewritten(content, path, replacement), package.digest) == [path]


def test_a_file_slipped_in_is_named() -> None:
    content, package = build()
    forged = rewritten(content, "materials/99-x.pdf", b"x")
    assert verify_package(forged, package.digest) == ["materials/99-x.pdf"]


def test_a_new_index_does_not_hide_a_change() -> None:
    _, package = build()
    forged, _ = build(events=EVENTS[:1])
    assert verify_package(io.BytesIO(forged), package.digest) == ["index.json"]


def test_a_flipped_bit_is_found() -> None:
    content, package = build()
    place = content.index(b"%PDF receipt")
    damaged = content[:place] + b"X" + content[place + 1 :]
    assert verify_package(io.BytesIO(damaged), package.digest) == ["papers/01-受理回执单.pdf"]
