"""A matter's draft: nothing typed is lost, two editors get on, checks lead to what they mean."""

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.e2e.desk import SignedIn, choose, ok, sign_in
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

EDITOR = "district-catalogue-editor"


async def open_draft(page: Page, server: LiveServer, signed_in: SignedIn, code: str) -> None:
    editor = await signed_in(EDITOR)
    assert (await editor.post(f"/matters/{code}/draft")).status_code in (201, 409)
    await sign_in(page, server, EDITOR)
    await page.goto(f"/staff/matters/{code}?tab=draft")
    await expect(page.get_by_role("button", name="保存草稿")).to_be_visible()


async def pick(page: Page, field: Locator, typed: str) -> None:
    await field.click()
    await field.fill(typed)
    await expect(page.locator(".ant-select-item-option-active:visible")).to_contain_text(typed)
    await page.keyboard.press("Enter")


async def test_what_is_not_saved_is_not_left_unasked(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    await open_draft(page, live_server, signed_in, "ST-MZ-009")
    telephone = page.get_by_label("咨询电话")
    await telephone.fill("010-83976000")
    asked = page.get_by_role("dialog").filter(has_text="尚未保存")
    for way in (
        page.get_by_role("tab", name="流程与路径"),
        page.get_by_role("link", name="导入导出"),
    ):
        await way.click()
        await expect(asked).to_be_visible()
        await asked.get_by_role("button", name="取消").click()
        await expect(asked).to_have_count(0)
        await expect(telephone).to_have_value("010-83976000")
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("草稿已保存").last).to_be_visible()
    await expect(page.get_by_text("有未保存的修改")).to_have_count(0)
    await page.get_by_role("tab", name="流程与路径").click()
    await expect(page.get_by_role("heading", name="具体路径")).to_be_visible()


async def test_two_editors_of_a_draft_lose_nothing(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    code = "ST-MZ-010"
    await open_draft(page, live_server, signed_in, code)
    other = await signed_in(EDITOR)
    draft = ok(await other.get(f"/matters/{code}/draft"))
    theirs = draft["content"]
    theirs["guide"]["telephone"] = "010-11112222"
    theirs["name"] += "（对方）"
    first, second = (material["name"] for material in theirs["materials"][:2])
    theirs["materials"][0] |= {"copies": 7, "note": "对方的说明"}
    theirs["materials"].append(theirs["materials"][1] | {"key": "theirs", "name": "对方加的材料"})
    seen = {"If-Match": f'"{draft["revision"]}"'}
    ok(await other.put(f"/matters/{code}/draft", json=theirs, headers=seen))

    await page.get_by_label("办理地点").fill("一层综合窗口")
    await page.get_by_label("名称", exact=True).first.fill("本人改的名称")
    copies = page.get_by_label("份数")
    await copies.nth(0).fill("5")
    await copies.nth(1).fill("6")
    await page.get_by_role("button", name="保存草稿").click()
    told = page.get_by_role("alert").filter(has_text="保存过这份草稿")
    await expect(told).to_be_in_viewport()
    await expect(told.get_by_role("table", name="双方都改过 2 处")).to_be_visible()
    for row, theirs_is, mine_is in (
        (f"材料 · {first} · 份数", "7", "5"),
        ("名称", theirs["name"], "本人改的名称"),
    ):
        cells = told.get_by_role("row").filter(
            has=page.get_by_role("rowheader", name=row, exact=True)
        )
        await expect(cells.get_by_role("cell")).to_have_text([theirs_is, mine_is])
    await expect(page.get_by_label("材料名称").last).to_have_value("对方加的材料")
    await expect(page.get_by_label("咨询电话")).to_have_value("010-11112222")
    await expect(page.get_by_label("办理地点")).to_have_value("一层综合窗口")
    await expect(page.get_by_label("名称", exact=True).first).to_have_value("本人改的名称")
    await assert_accessible(page)
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("草稿已保存").last).to_be_visible()
    saved = ok(await other.get(f"/matters/{code}/draft"))["content"]
    assert saved["guide"] | {"telephone": "010-11112222", "place": "一层综合窗口"} == saved["guide"]
    assert saved["name"] == "本人改的名称"
    said = {material["name"]: material for material in saved["materials"]}
    assert (said[first]["copies"], said[first]["note"]) == (5, "对方的说明")
    assert said[second]["copies"] == 6
    assert "对方加的材料" in said

    # Who publishes has read what they publish.
    draft = ok(await other.get(f"/matters/{code}/draft"))
    seen = {"If-Match": f'"{draft["revision"]}"'}
    theirs = draft["content"] | {"fee": 20}
    await expect(page.get_by_text("有未保存的修改")).to_have_count(0)
    ok(await other.put(f"/matters/{code}/draft", json=theirs, headers=seen))
    await page.get_by_role("button", name="发布", exact=True).click()
    dialog = page.get_by_role("dialog", name="发布")
    await dialog.get_by_role("button", name="发布").click()
    await expect(page.get_by_text("尚未发布。已载入最新内容")).to_be_visible()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_label("收费（元）")).to_have_value("20")
    assert ok(await other.get(f"/matters/{code}"))["version"] == 1


async def test_a_step_is_taken_under_a_condition_and_a_finding_leads_to_its_field(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    code = "ST-MZ-001"
    await open_draft(page, live_server, signed_in, code)
    when = page.get_by_role("combobox", name="经过条件：当")
    await pick(page, when.nth(1), "组合")
    await page.get_by_role("textbox", name="组合条件（JSON）").fill("{income > 3")
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("条件须为有效的 JSON")).to_be_in_viewport()
    await pick(page, when.nth(1), "存款")
    await choose(page, "怎样比较", "大于")
    await page.get_by_label("取值").fill("5000")
    await page.get_by_label("办理地点").fill("一层")
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("草稿已保存").last).to_be_visible()
    editor = await signed_in(EDITOR)
    content = ok(await editor.get(f"/matters/{code}/draft"))["content"]
    assert content["process"][1]["condition"] == {"field": "deposits", "gt": 5000}
    await expect(page.get_by_text("有未保存的修改")).to_have_count(0)

    await page.get_by_role("button", name="添加字段").scroll_into_view_if_needed()
    await page.get_by_role("button", name="检查").click()
    finding = page.get_by_role("button", name="请说明原因")
    await expect(finding).to_be_in_viewport()
    await assert_accessible(page)
    await finding.click()
    await expect(page.get_by_label("到场原因")).to_be_focused()


async def test_a_matter_with_a_draft_is_retired_and_keeps_its_draft(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    code = "ST-MZ-011"
    await open_draft(page, live_server, signed_in, code)
    place = page.get_by_label("办理地点")
    await place.fill("二层")
    for word, state in (("停办", "已停办"), ("恢复办理", "在用")):
        await page.get_by_role("button", name=word, exact=True).click()
        dialog = page.get_by_role("dialog", name=word)
        await dialog.get_by_label("原因").fill("政策调整")
        await dialog.get_by_role("button", name=word).click()
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_text(state, exact=True).first).to_be_visible()
        await expect(place).to_have_value("二层")
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("草稿已保存").last).to_be_visible()


async def test_an_answer_that_was_lost_does_not_hide_what_was_published(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    code = "ST-MZ-012"
    await open_draft(page, live_server, signed_in, code)
    await page.get_by_label("到场原因").fill("核验本人身份")
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("草稿已保存").last).to_be_visible()
    await expect(page.get_by_text("有未保存的修改")).to_have_count(0)

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/publish", lose, times=1)
    await page.get_by_role("button", name="发布", exact=True).click()
    dialog = page.get_by_role("dialog", name="发布")
    await dialog.get_by_label("发布说明").fill("写明到场原因")
    await dialog.get_by_role("button", name="发布").click()
    await expect(dialog.get_by_text("网络连接中断")).to_be_visible()
    await expect(dialog.get_by_label("发布说明")).to_have_value("写明到场原因")
    await dialog.get_by_role("button", name="发布").click()
    await expect(page.get_by_text("草稿已不在：刚才已发布")).to_be_visible()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("第 2 版")).to_be_visible()
    reader = await signed_in("ds-clerk")
    assert ok(await reader.get(f"/matters/{code}"))["version"] == 2
