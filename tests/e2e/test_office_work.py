"""Papers of a case and of other streets, what a definition allows, how an office is reached."""

import re

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import SignedIn, choose, ok, opens_paper, register, sign_in
from tests.files.conftest import PDF
from tests.support.applications import OTHER_ID, application
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer

pytestmark = pytest.mark.browser

REGISTER = "ju_min_hu_kou_bu"


async def test_a_paper_of_another_street_is_taken_over_for_a_reason(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    there = await signed_in("ds-clerk")
    scan = ok(await there.post("/files", files={"file": ("户口簿.pdf", PDF)}))
    body = application("ST-MZ-008", "110102010002")
    body["applicant"]["id_number"] = OTHER_ID
    next(line for line in body["materials"] if line["key"] == REGISTER)["files"] = [scan["id"]]
    await register(there, body)

    await sign_in(page, live_server, "jrj-clerk")
    await page.goto("/staff/accept")
    await choose(page, "事项", "ST-MZ-008")
    await page.get_by_label("证件号码").fill(OTHER_ID)
    await page.get_by_role("button", name="采用 居民户口簿").click()
    await expect(page.get_by_text("请选择社区")).to_be_visible()
    await choose(page, "户籍或居住社区", "110102011001")
    await page.get_by_label("姓名（名称）").fill("李建国")
    for choice in ("80至89周岁", "本人到场", "本区"):
        await page.get_by_role("radio", name=choice, exact=True).check()
    await page.get_by_label("养老助残卡号").fill("1000751002345678")
    await page.get_by_label("紧急联系人", exact=True).fill("李明")
    await page.get_by_label("紧急联系人手机").fill("13800001111")
    await page.get_by_role("button", name="必要材料全部收齐").click()

    await page.get_by_role("button", name="采用 居民户口簿").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("采用原因").fill("要")
    await dialog.get_by_role("button", name="采用").click()
    await expect(dialog.get_by_text("请写明采用原因，至少 4 个字")).to_be_visible()
    await assert_accessible(page)
    await dialog.get_by_label("采用原因").fill("申请人当场同意复用户口簿")
    await dialog.get_by_role("button", name="采用").click()
    await expect(page.get_by_text("已采用", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="预览 居民户口簿")).to_be_visible()
    await expect(page.get_by_role("button", name="删除草稿")).to_be_visible()
    await assert_accessible(page)

    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("heading", name="已受理")).to_be_visible()
    number = await page.get_by_text(re.compile(r"\d{22}")).first.inner_text()
    case = ok(await (await signed_in("jrj-clerk")).get(f"/cases/{number}"))
    line = next(item for item in case["materials"] if item["key"] == REGISTER)
    assert (line["received"], [file["id"] for file in line["files"]]) == (
        "electronic",
        [scan["id"]],
    )
    assert "复用" in line["note"]
    await page.get_by_role("button", name="查看办件").click()
    await expect(page.get_by_role("row", name="居民户口簿")).to_contain_text("复用")
    await expect(page.get_by_text("复用其他街道核验的材料")).to_be_visible()


async def test_each_stage_of_a_case_has_its_paper(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    clerk = await signed_in("ds-clerk")
    body = application("ST-MZ-005", "110102010002", receive_only=True)
    number = (await register(clerk, body))["number"]
    await sign_in(page, live_server, "ds-clerk")
    await page.goto(f"/staff/cases/{number}")
    await opens_paper(page, "收件回执", f"/cases/{number}/receipt")
    await expect(page.get_by_role("button", name="受理回执单")).to_have_count(0)
    await expect(page.get_by_role("button", name="办结通知书")).to_have_count(0)

    decided = await register(clerk, application("SQ-RK-003", "110102010002"))
    reviewer = await signed_in("ds-002-reviewer")
    approve = {"action": "approve", "comment": "符合条件"}
    ok(await reviewer.post(f"/cases/{decided['number']}/actions", json=approve))
    await page.goto(f"/staff/cases/{decided['number']}")
    await expect(page.get_by_text(re.compile(r"^\S+ 已办结 · 按期（期限 \S+）$"))).to_be_visible()
    await opens_paper(page, "办结通知书", f"/cases/{decided['number']}/conclusion")
    await expect(page.get_by_role("button", name="受理回执单")).to_be_visible()
    await assert_accessible(page)


async def test_a_case_waits_only_for_what_its_matter_allows(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    await sign_in(page, live_server, "district-catalogue-editor")
    await page.goto("/staff/matters/ST-MZ-003?tab=draft")
    await page.get_by_role("button", name="起草新版本").click()
    reasons = page.get_by_role("combobox", name="可用的特别程序")
    await reasons.click()
    for _ in range(7):
        await reasons.press("Backspace")
    await page.keyboard.press("Escape")
    await choose(page, "容缺承诺逾期后", "不予办理")
    await page.get_by_role("button", name="保存草稿").click()
    await expect(page.get_by_text("草稿已保存").last).to_be_visible()
    editor = await signed_in("district-catalogue-editor")
    draft = ok(await editor.get("/matters/ST-MZ-003/draft"))
    content = draft["content"]
    assert (content["suspension_reasons"], content["missed_promise_action"]) == (
        ["hearing"],
        "deny",
    )
    revision = {"If-Match": f'"{draft["revision"]}"'}
    ok(await editor.post("/matters/ST-MZ-003/publish", json={"note": "限定"}, headers=revision))
    case = await register(await signed_in("ds-clerk"), application("ST-MZ-003", "110102010002"))

    await sign_in(page, live_server, "ds-reviewer")
    await page.goto(f"/staff/cases/{case['number']}")
    await page.get_by_role("button", name="挂起（特别程序）").click()
    await page.get_by_role("combobox", name="特别程序").click()
    await expect(page.locator(".ant-select-item")).to_have_text(["听证"])


async def test_an_office_says_how_to_reach_it(page: Page, live_server: LiveServer) -> None:
    await sign_in_with_code(page, live_server, "district-system-admin")
    await page.goto("/staff/organisations?q=110102010-DT")
    await page.get_by_role("button", name="编辑 公共服务大厅").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("地址").fill("北京市西城区德外大街甲10号")
    await dialog.get_by_label("电话").fill("010-82060000")
    await dialog.get_by_label("办公时间").fill("周一至周五 9:00–17:00")
    await assert_accessible(page)
    await dialog.get_by_role("button", name="保存").click()
    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name="编辑 公共服务大厅").first.click()
    await expect(dialog.get_by_label("电话")).to_have_value("010-82060000")


async def test_the_audit_log_reads_in_words(
    page: Page, live_server: LiveServer, signed_in: SignedIn
) -> None:
    supervisor = await signed_in("ds-supervisor")
    asked = {"scope": "wide", "handling": "direct", "status": ["accepted", "in_process"]}
    assert (await supervisor.get("/cases.xlsx", params=asked)).is_success
    await sign_in_with_code(page, live_server, "district-audit-admin")
    await page.goto("/staff/audit?username=district-audit-admin")
    await choose(page, "操作", "登录失败")
    lines = page.get_by_role("row").filter(has_text="district-audit-admin")
    await expect(lines.first).to_contain_text("登录失败")
    await expect(lines.first).to_contain_text("账号 district-audit-admin")
    await expect(lines.first).to_contain_text("未填写动态验证码")
    await assert_accessible(page)
    await page.goto("/staff/audit?username=ds-supervisor&action=cases.exported")
    exported = page.get_by_role("row").filter(has_text="ds-supervisor").first
    for told in ("行数：", "查询范围：综合查询", "办件状态：已受理、办理中", "办理方式：即办"):
        await expect(exported).to_contain_text(told)


async def sign_in_with_code(page: Page, server: LiveServer, username: str) -> None:
    account = server.accounts[username]
    await page.goto("/staff/")
    await page.get_by_label("用户名").fill(username)
    await page.get_by_label("密码", exact=True).fill(account["password"])
    await page.keyboard.press("Enter")
    await page.get_by_label("动态验证码").fill(pyotp.TOTP(account["totp_secret"]).now())
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("navigation")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "heading", "english"),
    [
        ("evaluate", "评价这次服务", "Rate this service"),
        ("progress", "查询办理进度", "Progress of your case"),
    ],
)
async def test_a_papers_code_leads_to_what_can_be_done(
    page: Page, path: str, heading: str, english: str
) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto(f"/{path}?number=1101020102026112500001")
    await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    await expect(page.get_by_text("1101020102026112500001")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await assert_accessible(page)
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(english)
    await expect(page).to_have_title(f"{english} · Tongban")
    await page.goto(f"/{path}?number=<b>")
    await expect(page.get_by_text("Case number", exact=True)).to_have_count(0)
