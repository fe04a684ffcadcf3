"""Archives at the archivist's desk: found, handed on as a package, destroyed by two people."""

import asyncio
import csv
import subprocess
from collections.abc import Awaitable, Callable
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import orjson
import pytest
from playwright.async_api import Download, Page, expect

from tests.e2e.desk import SignedIn, register, sign_in, take
from tests.support.applications import APPLICANT_ID, application
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer
from tongban.cases import jobs
from tongban.core import clock
from tongban.core.db import make_engine, make_sessions
from tongban.core.settings import get_settings
from tongban.runtime.postgres import run_sql

pytestmark = pytest.mark.browser

Job = Callable[..., Awaitable[int]]


async def work(server: LiveServer, job: Job) -> int:
    """The worker's part, done now."""
    engine = make_engine(server.urls.worker, 1)
    settings = get_settings().model_copy(update={"files_url": server.files_url})
    done = await job(make_sessions(engine), settings)
    await engine.dispose()
    return done


async def archived(server: LiveServer, signed_in: SignedIn) -> str:
    """The number of a case that was collected, archived and packed."""
    clerk = await signed_in("ds-clerk")
    number = str((await register(clerk, application("ST-MZ-008", "110102010002")))["number"])
    await take(await signed_in("ds-reviewer"), number, "approve")
    await take(clerk, number, "issue")
    await take(clerk, number, "archive")
    assert await work(server, jobs.build_archives) >= 1
    return number


async def content_of(download: Download) -> bytes:
    return await asyncio.to_thread(Path(await download.path()).read_bytes)


def unpacked(package: bytes, folder: Path) -> Path:
    with ZipFile(BytesIO(package)) as archive:
        archive.extractall(folder)
    (top,) = folder.iterdir()
    return top


async def test_an_archivist_finds_what_to_hand_on(page: Page, live_server: LiveServer) -> None:
    await sign_in(page, live_server, "jrj-archivist")
    await page.goto("/staff/archives")
    await expect(page.get_by_role("heading", name="档案管理")).to_be_visible()
    await expect(page.get_by_text("还没有销毁清册")).to_be_visible()
    await expect(page.get_by_role("button", name="提出销毁")).to_be_disabled()
    await assert_accessible(page)
    await page.get_by_role("button", name="移交").click()
    dialog = page.get_by_role("dialog", name="移交归档办件")
    await dialog.get_by_role("button", name="移交").click()
    await expect(dialog.get_by_text("请填写移交事由")).to_be_visible()
    await assert_accessible(page)


async def test_a_package_handed_on_can_be_checked_without_the_platform(
    page: Page, live_server: LiveServer, signed_in: SignedIn, tmp_path: Path
) -> None:
    number = await archived(live_server, signed_in)
    await sign_in(page, live_server, "ds-archivist")
    await page.goto("/staff/archives")
    await expect(page.get_by_role("row").filter(has_text=number)).to_contain_text("已成包")
    await page.get_by_role("button", name="移交").click()
    dialog = page.get_by_role("dialog", name="移交归档办件")
    today = clock.today(get_settings().zone).isoformat()
    for label in ("归档日期从", "归档日期至"):
        await dialog.get_by_label(label).fill(today)
        await page.keyboard.press("Enter")
        await expect(page.locator(".ant-picker-dropdown:visible")).to_have_count(0)
    await dialog.get_by_label("移交事由").fill("向区档案馆移交")
    async with page.expect_download() as downloading:
        await dialog.get_by_role("button", name="移交").click()
    download = await downloading.value
    assert download.suggested_filename == f"archives-110102010-{today}.zip"
    await expect(dialog).to_have_count(0)

    bag = unpacked(await content_of(download), tmp_path)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        check = ("sha256sum", "--check", "--strict", "--quiet", manifest)
        await asyncio.to_thread(subprocess.run, check, cwd=bag, check=True)
    listed = csv.reader(StringIO((bag / "data" / "index.csv").read_text("utf-8-sig")))
    assert number in [row[1] for row in listed]
    real = orjson.loads((bag / "data" / number / "unmasked.json").read_bytes())
    assert APPLICANT_ID in str(real)


async def test_a_case_whose_time_is_over_is_destroyed_by_two_people(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    number = await archived(live_server, signed_in)
    run_sql(
        live_server.urls.owner,
        "UPDATE archives SET retain_until = '2001-01-01' FROM cases"
        f" WHERE case_id = id AND number = '{number}'",
    )
    await sign_in(page, live_server, "ds-archivist")
    await page.goto("/staff/archives")
    await page.get_by_role("checkbox", name="只看保管期满、待鉴定的").check()
    await expect(page.get_by_role("row").filter(has_text=number)).to_contain_text("2001-01-01")
    await page.get_by_role("button", name="提出销毁").click()
    dialog = page.get_by_role("dialog", name="提出销毁本页 1 件")
    await dialog.get_by_label("鉴定意见").fill("保管期满，无保存价值")
    await dialog.get_by_role("button", name="提出销毁").click()
    await expect(page.get_by_text("已提出 1 件，等待他人审批")).to_be_visible()
    listed = page.get_by_role("region", name="销毁清册").get_by_role("row")
    proposal = listed.filter(has_text="保管期满，无保存价值")
    await expect(proposal).to_contain_text("待审批")
    # Who proposed is not asked to decide.
    await expect(page.get_by_role("button", name="批准销毁")).to_have_count(0)

    await sign_in(page, live_server, "ds-leader")
    await page.goto("/staff/archives")
    await proposal.get_by_role("button", name="批准销毁").click()
    dialog = page.get_by_role("dialog", name="批准销毁 1 件")
    await expect(dialog.get_by_text("不能恢复")).to_be_visible()
    await dialog.get_by_role("button", name="批准销毁").click()
    await expect(dialog.get_by_text("请填写审批意见")).to_be_visible()
    await dialog.get_by_label("审批意见").fill("同意鉴定意见")
    await dialog.get_by_role("button", name="批准销毁").click()
    await expect(proposal).to_contain_text("已批准，正在销毁")
    assert await work(live_server, jobs.dispose_approved) == 1
    await page.reload()
    await expect(proposal).to_contain_text("已销毁")
    await expect(proposal).to_contain_text("同意鉴定意见")
    await assert_accessible(page)

    async with page.expect_download() as downloading:
        await proposal.get_by_role("button", name="下载清册").click()
    book = openpyxl.load_workbook(BytesIO(await content_of(await downloading.value)))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert number in cells
    assert any("提出：" in cell and "审批：" in cell and "—" not in cell for cell in cells), cells
    assert "王秀兰" not in " ".join(cells)

    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/cases/{number}")
    await expect(page.get_by_text("保管期满，已销毁", exact=True)).to_be_visible()
    await expect(page.get_by_text(APPLICANT_ID[-4:])).to_have_count(0)
