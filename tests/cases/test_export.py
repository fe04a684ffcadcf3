"""Archived cases handed on: complete, unmasked, audited, and checkable without the platform."""

import asyncio
import csv
import subprocess
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import orjson
import pytest

from tests.cases.conftest import Office
from tests.cases.tampering import rewrite
from tests.cases.test_archive import DESHENG, archived, build
from tests.files.conftest import PDF, PNG
from tests.support.applications import APPLICANT_ID, MOBILE
from tests.support.district import Answer
from tongban.cases.archives import exporting
from tongban.core import clock
from tongban.core.settings import get_settings
from tongban.files import storage

REASON = "向区档案馆移交"


async def export(office: Office, organisation: str = DESHENG, **body: Any) -> Answer:
    today = clock.today(get_settings().zone).isoformat()
    asked = {
        "organisation_code": organisation,
        "archived_from": today,
        "archived_to": today,
        "reason": REASON,
    }
    archivist = await office.person("archivist", DESHENG)
    return await archivist.post("/archives/export", asked | body)


def unpacked(answer: Answer, folder: Path) -> Path:
    assert answer.status == 200, answer.body
    with ZipFile(BytesIO(answer.content)) as archive:
        archive.extractall(folder)
    (top,) = folder.iterdir()
    return top


async def test_a_stranger_can_read_and_check_everything(office: Office, tmp_path: Path) -> None:
    numbers = [await archived(office, signature=PNG), await archived(office)]
    await build(office)
    bag = unpacked(await export(office), tmp_path / "bag")
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        check = ("sha256sum", "--check", "--strict", "--quiet", manifest)
        await asyncio.to_thread(subprocess.run, check, cwd=bag, check=True)
    listed = {line[66:] for line in (bag / "manifest-sha256.txt").read_text().splitlines()}
    payload = [file for file in (bag / "data").rglob("*") if file.is_file()]
    assert listed == {str(file.relative_to(bag)) for file in payload}
    info = (bag / "bag-info.txt").read_text()
    octets = sum(file.stat().st_size for file in payload)
    assert f"Payload-Oxum: {octets}.{len(payload)}\n" in info
    assert (bag / "bagit.txt").read_text().startswith("BagIt-Version: 1.0\n")
    index = orjson.loads((bag / "data" / "index.json").read_bytes())
    assert [case["number"] for case in index["cases"]] == numbers
    assert (index["reason"], index["left_out"]) == (REASON, [])
    table = list(csv.reader(StringIO((bag / "data" / "index.csv").read_text("utf-8-sig"))))
    assert [row[1] for row in table[1:]] == numbers
    first = bag / "data" / numbers[0]
    assert (first / "materials" / "04-身份证.pdf").read_bytes() == PDF
    assert {file.name for file in (first / "papers").iterdir()} >= {"01-受理回执单.pdf"}
    real = orjson.loads((first / "unmasked.json").read_bytes())
    assert (real["applicant"]["id_number"], real["applicant"]["mobile"]) == (APPLICANT_ID, MOBILE)
    case = await office.case(numbers[0])
    assert index["cases"][0]["history_sm3"] == case.head_hash.hex()


async def test_who_asked_for_it_and_why_is_in_the_audit_log(office: Office) -> None:
    number = await archived(office)
    await build(office)
    assert (await export(office)).status == 200
    line = office.tamper(
        "SELECT username, subject, reason, details->'cases' FROM audit_log"
        " WHERE action = 'archives.exported'"
    )
    assert line == f'ds-archivist|organisation:{DESHENG}|{REASON}|["{number}"]'


async def test_only_whoever_keeps_that_archive_exports_it(office: Office) -> None:
    await archived(office)
    await build(office)
    for organisation, status in (("110102", 403), ("110102011", 403), ("1", 422)):
        assert (await export(office, organisation)).status == status
    leader = await office.person("leader", DESHENG)
    assert (await leader.post("/archives/export", {})).status == 403
    assert (await export(office, archived_from="2001-01-01", archived_to="2001-12-31")).code == (
        "nothing_to_export"
    )
    assert (await export(office, reason="")).status == 422
    jinrong = await office.person("archivist", "110102011")
    listed = await jinrong.get("/archives", organisation="110102011")
    assert listed.body["items"] == []


async def test_too_many_at_once_are_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        await archived(office)
    await build(office)
    monkeypatch.setattr(exporting, "MOST", 1)
    assert (await export(office)).code == "too_many_to_export"


async def test_what_is_not_as_archived_is_left_out_by_name(office: Office, tmp_path: Path) -> None:
    rewritten, lost, swapped, whole = [
        await archived(office, scan=PDF + bytes([n])) for n in range(4)
    ]
    await build(office)
    await rewrite(office, rewritten)
    store = storage.get_store(get_settings().files_url)
    digest = office.tamper(f"SELECT encode(digest, 'hex') FROM files WHERE name = '{lost}.zip'")
    await storage.delete(store, bytes.fromhex(digest))
    office.tamper(
        "UPDATE case_personal SET sealed = (SELECT sealed FROM case_personal JOIN cases ON"
        f" id = case_id WHERE number = '{whole}') FROM cases"
        f" WHERE case_id = id AND number = '{swapped}'"
    )
    bag = unpacked(await export(office), tmp_path / "bag")
    index = orjson.loads((bag / "data" / "index.json").read_bytes())
    assert [case["number"] for case in index["cases"]] == [whole]
    assert {entry["number"]: entry["why"].split(":")[0] for entry in index["left_out"]} == {
        rewritten: "history",
        lost: "package",
        swapped: "personal data",
    }
    assert not (bag / "data" / rewritten).exists()
