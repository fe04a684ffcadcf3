"""The catalogue in use: a matter is retired and comes back; a test system's matters come in."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import SignedIn, ok, register, sign_in, take
from tests.support.applications import application, catalogue
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

HOME, RETIRED, EXCHANGED = "110102010002", "ST-MZ-008", "ST-MZ-005"


async def test_a_retired_matter_takes_no_more_cases_and_its_cases_go_on(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    clerk, reviewer = await signed_in("ds-clerk"), await signed_in("ds-reviewer")
    number = (await register(clerk, application(RETIRED, HOME)))["number"]
    name = ok(await clerk.get(f"/matters/{RETIRED}"))["content"]["name"]
    await sign_in(page, live_server, "district-catalogue-editor")
    await page.goto(f"/staff/matters/{RETIRED}?tab=draft")
    await page.get_by_role("button", name="停办", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("在办的办件照常办结")).to_be_visible()
    await dialog.get_by_role("button", name="停办").click()
    await expect(dialog.get_by_text("请填写")).to_be_visible()
    await dialog.get_by_label("原因").fill("政策调整，并入新事项")
    await dialog.get_by_role("button", name="停办").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("已停办", exact=True).first).to_be_visible()
    await assert_accessible(page)

    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/accept")
    await page.get_by_role("combobox", name="事项").fill(RETIRED)
    await expect(page.locator(".ant-select-dropdown:visible")).to_be_visible()
    await expect(page.locator(".ant-select-item-option:visible")).to_have_count(0)
    refused = await clerk.post("/cases", json=application(RETIRED, HOME))
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_matter")

    await page.goto(f"/staff/cases/{number}")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    await take(reviewer, number, "approve", comment="符合条件")
    await take(clerk, number, "issue")
    await page.reload()
    await expect(page.get_by_text("已领取 · 准予")).to_be_visible()

    await sign_in(page, live_server, "district-catalogue-editor")
    await page.goto(f"/staff/matters/{RETIRED}?tab=draft")
    await page.get_by_role("button", name="恢复办理").click()
    await dialog.get_by_label("原因").fill("政策恢复")
    await dialog.get_by_role("button", name="恢复办理").click()
    await expect(dialog).to_have_count(0)
    assert (await register(clerk, application(RETIRED, HOME)))["status"] == "accepted"


async def test_matters_of_a_test_system_come_in_after_their_differences_were_read(
    page: Page, live_server: LiveServer, signed_in: SignedIn, tmp_path: Path
) -> None:
    await sign_in(page, live_server, "district-catalogue-editor")
    await page.goto("/staff/exchange")
    matters = page.get_by_role("combobox", name="要导出的事项")
    await matters.fill(EXCHANGED)
    await expect(page.locator(".ant-select-item-option-active:visible")).to_contain_text(EXCHANGED)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="导出").click()
    exported = tmp_path / "matters.json"
    await (await downloading.value).save_as(exported)

    # What happened to it in the other system.
    [matter] = orjson.loads(exported.read_bytes())
    assert matter["code"] == EXCHANGED
    before: dict[str, Any] = ok(await (await signed_in("ds-clerk")).get(f"/matters/{EXCHANGED}"))
    days = matter["promised_days"]
    matter["promised_days"] = days + 3
    matter["materials"][0]["note"] = "验原件，收复印件"
    matter["materials"].append({"key": "bu_chong", "name": "补充说明", "kind": "copy"})
    exported.write_bytes(orjson.dumps([matter]))

    await page.locator("input[type=file]").set_input_files(exported)
    await expect(page.get_by_role("status")).to_contain_text("变更 1")
    line = page.get_by_role("button", name=EXCHANGED)
    await line.click()
    changes = page.get_by_role("table")
    await expect(changes.get_by_role("row", name="承诺")).to_contain_text(f"{days}{days + 3}")
    await expect(changes).to_contain_text("验原件，收复印件")
    added = changes.get_by_role("row", name="材料 · 补充说明")
    await expect(added).to_contain_text("材料名称：补充说明；形式：复印件；份数：1；必填：是")
    await assert_accessible(page)
    # Read only: nothing is changed until it is confirmed.
    reader = await signed_in("ds-clerk")
    assert ok(await reader.get(f"/matters/{EXCHANGED}")) == before
    await page.get_by_role("button", name="确认导入").click()
    await expect(page.get_by_text("导入完成：新增 0，变更 1")).to_be_visible()
    after = ok(await reader.get(f"/matters/{EXCHANGED}"))
    assert after["content"]["promised_days"] == days + 3
    assert after["version"] == before["version"] + 1
    await page.locator("input[type=file]").set_input_files(exported)
    await expect(page.get_by_text("文件与现有目录完全一致")).to_be_visible()


async def test_a_file_that_cannot_be_imported_says_where_it_is_wrong(
    page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    await sign_in(page, live_server, "district-catalogue-editor")
    await page.goto("/staff/exchange")

    async def choose_file(content: Any) -> None:
        file = tmp_path / "file.json"
        file.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))
        await page.locator("input[type=file]").set_input_files(file)

    matter = catalogue()["ST-RK-001"]
    materials = [dict(one) for one in matter["materials"]]
    materials[1]["copies"] = "两份"
    await choose_file([matter | {"materials": materials}])
    refused = page.get_by_role("alert")
    await expect(refused).to_contain_text("ST-RK-001 生育登记：材料 · 居民户口簿 · 份数：应为整数")
    await expect(refused).to_contain_text("/ST-RK-001/materials/1/copies")
    await assert_accessible(page)
    # Each file is told of by itself: nothing of the one before stays.
    others: tuple[Any, ...] = (b"no JSON", {}, [])
    for other in others:
        await choose_file(other)
        await expect(refused).to_have_text(
            "“file.json”不是事项文件。请选择从“导出”得到的 JSON 文件。"
        )
        await choose_file([matter | {"fee": -1}])
        await expect(refused).to_contain_text("收费：不得小于 0")
    await choose_file([matter])
    await expect(page.get_by_text("文件与现有目录完全一致")).to_be_visible()


async def test_back_from_a_matter_is_where_it_was_found(
    page: Page, live_server: LiveServer
) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/matters?level=street")
    await page.get_by_role("listitem", name="2", exact=True).click()
    row = page.locator("tbody a").first
    await expect(page.locator(".ant-pagination-item-active")).to_have_text("2")
    found = await row.text_content()
    await row.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(found or "")
    await page.go_back()
    await expect(page.locator("tbody a").first).to_have_text(found or "")
    await page.reload()
    await expect(page.locator("tbody a").first).to_have_text(found or "")
    # Other filters begin at the first page again.
    await page.get_by_role("searchbox", name="名称或编码").fill("ST-")
    await page.keyboard.press("Enter")
    await expect(page.locator(".ant-pagination-item-active")).to_have_text("1")


async def test_an_editors_address_shows_a_reader_the_matter(
    page: Page, live_server: LiveServer
) -> None:
    await sign_in(page, live_server, "ds-clerk")
    await page.goto("/staff/matters/ST-MZ-001?tab=draft")
    await expect(page.get_by_role("tab", name="概要")).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_role("heading", name="基本信息")).to_be_visible()
