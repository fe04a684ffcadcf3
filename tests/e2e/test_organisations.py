"""An administrator at the tree: adding, switching off, and what is told before."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.desk import SignedIn, choose, ok, register
from tests.e2e.test_every_page import sign_in_anew
from tests.support.applications import application
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

STREET, NAME = "110102011", "金融街街道"
OTHER, COMMUNITY, IDLE = "110102010", "110102010045", "110102013"


async def dialog_for_new(page: Page) -> Locator:
    await page.goto("/staff/organisations")
    await page.get_by_role("button", name="添加机构").click()
    return page.get_by_role("dialog", name="添加机构")


async def choose_kind(page: Page, kind: str) -> None:
    await page.get_by_role("dialog").get_by_role("combobox", name="类型").click()
    await page.locator(".ant-select-item-option:visible").filter(has_text=kind).click()
    await expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)


async def test_a_section_and_a_window_are_added(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    await sign_in_anew(page, live_server, "jrj-system-admin")
    dialog = await dialog_for_new(page)
    await expect(dialog.get_by_label("代码")).to_be_disabled()
    await choose(page, "上级机构", STREET)
    await choose_kind(page, "科室")
    code = dialog.get_by_label("代码")
    await expect(code).to_have_value(f"{STREET}-")
    await code.fill(f"{STREET}-wh")
    await dialog.get_by_label("名称").fill("民政科")
    await assert_accessible(page)
    await dialog.get_by_role("button", name="保存").click()
    # What the rules of the tree refuse stands at its field, and what was typed stays.
    await expect(dialog.get_by_text("大写字母")).to_be_visible()
    await code.fill(f"{STREET}-WH")
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog.get_by_text("同一上级下已有“民政科”")).to_be_visible()
    await dialog.get_by_label("名称").fill("文化科")
    await dialog.get_by_label("电话").fill("010-82060002")
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog).to_have_count(0)
    reader = await signed_in("ds-clerk")
    added = ok(await reader.get(f"/organisations/{STREET}-WH"))
    assert (added["full_name"], added["telephone"]) == (f"{NAME}文化科", "010-82060002")

    # Windows are counted: the next number is there already.
    windows = ok(await reader.get("/organisations", params={"parent": f"{STREET}-DT"}))["items"]
    await page.get_by_role("button", name="添加机构").click()
    await choose(page, "上级机构", f"{STREET}-DT")
    await choose_kind(page, "窗口")
    following = f"{STREET}-DT-{len(windows) + 1:02}"
    await expect(dialog.get_by_label("代码")).to_have_value(following)
    await dialog.get_by_label("名称").fill("绿色通道")
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("row").filter(has_text=following)).to_contain_text("启用")
    # Of another street nothing is to be chosen.
    await page.get_by_role("button", name="添加机构").click()
    above = dialog.get_by_role("combobox", name="上级机构")
    await above.click()
    await above.fill("德胜街道")
    await expect(page.locator(".ant-select-item-option:visible")).to_have_count(0)


async def test_who_switches_off_is_told_before(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    reader = await signed_in("ds-clerk")
    await register(reader, application("ST-MZ-008", COMMUNITY))
    await sign_in_anew(page, live_server, "ds-system-admin")

    dialog = page.get_by_role("dialog", name="修改机构")
    asked = page.get_by_role("dialog", name="确定停用")

    async def switch(code: str) -> None:
        await page.goto(f"/staff/organisations?q={code}")
        row = page.get_by_role("row").filter(has=page.get_by_text(code, exact=True))
        await row.get_by_role("button", name=re.compile("编辑")).click()
        await dialog.get_by_role("switch", name="状态").click()
        await dialog.get_by_role("button", name="保存").click()

    await switch(f"{OTHER}-MZ")
    refused = page.get_by_role("dialog", name="“民政科”暂不能停用")
    await expect(refused).to_contain_text(re.compile(r"未办完的待办：[1-9]"))
    await expect(refused).to_contain_text("转办给")
    await assert_accessible(page)
    await refused.get_by_role("button").click()
    await expect(dialog.get_by_role("switch", name="状态")).to_be_visible()
    assert ok(await reader.get(f"/organisations/{OTHER}-MZ"))["active"]

    await switch(f"{OTHER}-JY")
    await expect(asked).to_contain_text("流程中写明它的在用事项")
    await expect(asked).not_to_contain_text("未办完的待办")
    await asked.get_by_role("button", name="确定").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("row").filter(has_text=f"{OTHER}-JY")).to_contain_text("停用")
    assert not ok(await reader.get(f"/organisations/{OTHER}-JY"))["active"]
    await switch(f"{OTHER}-JY")
    await expect(dialog).to_have_count(0)
    assert ok(await reader.get(f"/organisations/{OTHER}-JY"))["active"]

    # The only hall stays, here of a street with nothing in hand; the refusal stands at the switch.
    await sign_in_anew(page, live_server, "district-system-admin")
    await switch(f"{IDLE}-DT")
    await asked.get_by_role("button", name="确定").click()
    await expect(dialog.get_by_text("唯一启用的大厅").first).to_be_visible()

    # What went with the organisation above comes back only with it.
    await switch(COMMUNITY)
    await asked.get_by_role("button", name="确定").click()
    await expect(dialog).to_have_count(0)
    await page.goto(f"/staff/organisations?q={COMMUNITY}-FWZ")
    await page.get_by_role("button", name=re.compile("编辑")).click()
    await expect(page.get_by_role("switch", name="状态")).to_be_disabled()
    await expect(page.get_by_text("请先启用上级机构")).to_be_visible()
    await switch(COMMUNITY)
    await expect(dialog).to_have_count(0)
    assert ok(await reader.get(f"/organisations/{COMMUNITY}-FWZ"))["active"]
