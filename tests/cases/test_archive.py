"""电子归档: what the package of an archived case holds, and that nothing is lost on the way."""

import asyncio
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson
from pypdf import PdfReader
from sqlalchemy import func, select

from tests.cases.conftest import Office
from tests.files.conftest import PDF, PNG
from tests.support.applications import APPLICANT_ID, MOBILE, OTHER_ID, application
from tongban.cases import jobs
from tongban.cases.documents.archive import verify_package
from tongban.cases.events import CHAINED, first_link, link_hash
from tongban.cases.models import Archive
from tongban.cases.sealing import open_secrets
from tongban.core.settings import get_settings
from tongban.files import storage
from tongban.files.models import File

DESHENG, HOME = "110102010", "110102010002"


async def upload(office: Office, name: str, content: bytes) -> str:
    clerk = await office.person("clerk", DESHENG)
    answer = await clerk.call("POST", "/files", files={"file": (name, content)})
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


async def archived(office: Office, *, scan: bytes = PDF, signature: bytes | None = None) -> str:
    """A case with a scan, collected against a signature, closed."""
    body = application("ST-MZ-008", HOME)
    body["materials"][0]["files"] = [await upload(office, "身份证.pdf", scan)]
    number = await office.take_in(DESHENG, body)
    await office.act("reviewer", DESHENG, number, "approve")
    signed = {"signature_file": await upload(office, "签名.png", signature)} if signature else {}
    await office.act("clerk", DESHENG, number, "issue", collected_by="王秀兰", **signed)
    await office.act("clerk", DESHENG, number, "archive")
    return number


async def build(office: Office) -> int:
    return await jobs.build_archives(office.worker, get_settings())


async def archive_of(office: Office, number: str) -> Archive:
    case = await office.case(number)
    async with office.worker() as session:
        return await session.get_one(Archive, case.id)


async def download(office: Office, number: str) -> bytes:
    answer = await (await office.person("clerk", DESHENG)).get(f"/cases/{number}/archive")
    assert answer.status == 200, answer.body
    return answer.content


async def test_a_package_holds_everything_and_proves_it(office: Office) -> None:
    number = await archived(office, signature=PNG)
    early = await (await office.person("clerk", DESHENG)).get(f"/cases/{number}/archive")
    assert early.code == "no_such_paper"
    assert await build(office) == 1
    assert await build(office) == 0
    package = await download(office, number)
    archive = await archive_of(office, number)
    assert archive.digest
    assert verify_package(BytesIO(package), archive.digest) == []
    case = await office.case(number)
    assert case.concluded_at
    assert archive.retain_until.year == case.concluded_at.year + 10
    with ZipFile(BytesIO(package)) as content:
        assert content.namelist() == [
            "papers/01-受理回执单.pdf",
            "papers/02-办结通知书.pdf",
            "record/03-personal.sealed",
            "materials/04-身份证.pdf",
            "materials/05-签名.png",
            "events.json",
            "index.html",
            "index.json",
        ]
        assert content.read("materials/04-身份证.pdf") == PDF
        receipt = PdfReader(BytesIO(content.read("papers/01-受理回执单.pdf")))
        assert number in receipt.pages[0].extract_text()
        history = orjson.loads(content.read("events.json"))
        index = orjson.loads(content.read("index.json"))
    assert chain_end(case.id, history) == index["case"]["head_hash"] == case.head_hash.hex()
    assert [entry["title"] for entry in index["entries"]][-3:-2] == ["领取签名"]
    assert index["case"]["organisations"]["accepting"]["code"] == f"{DESHENG}-DT"


def chain_end(case_id: Any, history: list[dict[str, Any]]) -> str:
    """The hash that the packaged events come to, computed from the package alone."""
    prev = first_link(case_id)
    for event in history:
        fields = {name: event[name] for name in CHAINED}
        prev = link_hash(prev, fields | {"at": datetime.fromisoformat(event["at"])})
        assert prev.hex() == event["hash"]
    return prev.hex()


async def test_personal_data_travels_sealed(office: Office) -> None:
    number = await archived(office)
    await build(office)
    case = await office.case(number)
    with ZipFile(BytesIO(await download(office, number))) as content:
        files = {name: content.read(name) for name in content.namelist()}
    secrets = open_secrets(case.id, files["record/03-personal.sealed"])
    assert secrets["/applicant/id_number"] == APPLICANT_ID
    everything = b"".join(files.values())
    for value in (APPLICANT_ID, MOBILE, OTHER_ID, "2单元301"):
        assert value.encode() not in everything


async def test_a_refused_and_a_corrected_case_keep_their_papers(office: Office) -> None:
    body = application("ST-MZ-008", HOME, receive_only=True)
    number = await office.take_in(DESHENG, body)
    finding = {"pointer": "/materials/ju_min_hu_kou_bu", "message": "户口簿缺本人页"}
    await office.act("clerk", DESHENG, number, "request_correction", findings=[finding])
    await office.act("clerk", DESHENG, number, "submit_correction")
    await office.act("clerk", DESHENG, number, "refuse", comment="户籍不在本街道")
    await office.act("clerk", DESHENG, number, "archive")
    assert await build(office) == 1
    with ZipFile(BytesIO(await download(office, number))) as content:
        papers = [name for name in content.namelist() if name.startswith("papers/")]
        notice = PdfReader(BytesIO(content.read(papers[1]))).pages[0].extract_text()
    assert papers == [
        "papers/01-收件回执.pdf",
        "papers/02-一次性告知单.pdf",
        "papers/03-不予受理通知书.pdf",
    ]
    assert "户口簿缺本人页" in notice


async def test_two_workers_make_one_package(office: Office) -> None:
    number = await archived(office)
    assert sum(await asyncio.gather(build(office), build(office))) == 1
    async with office.worker() as session:
        rows = await session.scalar(
            select(func.count()).select_from(File).where(File.name == f"{number}.zip")
        )
    assert rows == 1


async def test_the_same_case_gives_the_same_package(office: Office) -> None:
    number = await archived(office)
    await build(office)
    first, digest = await download(office, number), (await archive_of(office, number)).digest
    office.tamper("UPDATE archives SET file_id = NULL, digest = NULL")
    assert await build(office) == 1
    assert (await archive_of(office, number)).digest == digest
    assert await download(office, number) == first


async def test_a_lost_scan_holds_up_its_own_case_only(office: Office) -> None:
    lost = await archived(office, scan=PDF + b"lost")
    whole = await archived(office)
    async with office.worker() as session:
        digest = await session.scalar(select(File.digest).where(File.size == len(PDF) + 4))
    assert digest
    await storage.delete(storage.get_store(get_settings().files_url), digest)
    assert await build(office) == 1
    assert (await archive_of(office, lost)).file_id is None
    assert (await archive_of(office, whole)).file_id is not None


async def test_infected_scans_are_left_out_by_name(office: Office) -> None:
    number = await archived(office)
    office.tamper("UPDATE files SET scan_state = 'infected' WHERE name = '身份证.pdf'")
    assert await build(office) == 1
    with ZipFile(BytesIO(await download(office, number))) as content:
        index = orjson.loads(content.read("index.json"))
        assert not [name for name in content.namelist() if name.startswith("materials/")]
    assert index["case"]["left_out"] == ["身份证.pdf"]


async def test_a_signature_must_be_the_clerks_own_upload(office: Office) -> None:
    number = await office.take_in(DESHENG, application("ST-MZ-008", HOME))
    await office.act("reviewer", DESHENG, number, "approve")
    reviewer = await office.person("reviewer", DESHENG)
    answer = await reviewer.call("POST", "/files", files={"file": ("签名.png", PNG)})
    assert answer.status == 201, answer.body
    clerk = await office.person("clerk", DESHENG)
    refused = await clerk.act(number, "issue", signature_file=answer.body["id"])
    assert (refused.status, refused.code) == (422, "file_unknown")
    assert refused.pointers == {"/signature_file"}
