"""The photo of a card where the counter has a program that decodes it, in a real browser."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.bridge.test_command_line import PROGRAM, bridge
from tests.e2e.counter import PATIENCE_MS, WINDOW, at_the_window
from tests.e2e.desk import choose
from tests.support.browser import assert_accessible
from tests.support.live import LiveServer
from tongban_bridge.virtual.counter import VirtualCounter

pytestmark = pytest.mark.browser

_SIZE = (102, 126)


@pytest.fixture
def devices(
    live_server: LiveServer, clerk: httpx.Client, tmp_path: Path
) -> Iterator[VirtualCounter]:
    """A counter whose reader's vendor gave it a decoder; every card shows the same grey face."""
    picture = io.BytesIO()
    Image.new("L", _SIZE, 160).save(picture, "JPEG")
    (tmp_path / "face.jpg").write_bytes(picture.getvalue())
    decoder = "import sys, shutil; shutil.copyfileobj(open(sys.argv[1], 'rb'), sys.stdout.buffer)"
    command = [sys.executable, "-c", decoder, str(tmp_path / "face.jpg")]
    home = tmp_path / "home"
    code = clerk.post("/devices/pairing-codes", json={"window_code": WINDOW}).json()["code"]
    paired = bridge("pair", code, "--server", live_server.url, "--home", home)
    assert paired.returncode == 0, paired.stderr
    counter = VirtualCounter(tmp_path / "ports")
    program = f'driver = "sam_v"\nphoto_program = {json.dumps(command)}'
    settings = counter.settings(page_port=0).replace('driver = "sam_v"', program)
    (home / "settings.toml").write_text(settings, encoding="utf-8")
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen([*PROGRAM, "run", "--home", home], stderr=log)
    yield counter
    running.terminate()
    running.wait(timeout=30)
    counter.stop()


async def test_a_face_is_seen_as_long_as_it_is_needed(
    page: Page, live_server: LiveServer, devices: VirtualCounter
) -> None:
    await page.clock.install()
    await at_the_window(page, live_server)
    await page.goto("/staff/accept")
    await expect(page.get_by_text("请将证件放在读卡器上")).to_be_visible(timeout=PATIENCE_MS)
    devices.lay("chen")
    face = page.get_by_role("img", name="陈晓明 证件上的照片")
    await expect(face).to_be_visible(timeout=PATIENCE_MS)
    shown = "[image => image.naturalWidth, image => image.naturalHeight].map(of => of(image))"
    assert tuple(await face.evaluate(f"image => {shown}")) == _SIZE
    await assert_accessible(page)

    number = page.get_by_label("证件号码")
    whose = await number.input_value()
    await number.fill("")
    await expect(face).to_have_count(0)
    await number.fill(whose)
    await expect(face).to_be_visible()

    # Nothing of it goes with a draft, whose body takes no field that it does not know, and the
    # browser keeps nothing of it.
    await choose(page, "事项", "避孕药具免费领取")
    await choose(page, "户籍或居住社区", "110102010002")
    async with page.expect_response(
        lambda got: got.request.method == "POST" and got.url.endswith("/api/v1/cases")
    ) as saved:
        await page.keyboard.press("Control+s")
    assert (await saved.value).status == 201
    kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert await face.evaluate("image => image.src.slice(-40)") not in kept

    await page.clock.fast_forward("15:01")
    await expect(face).to_have_count(0)
    await expect(page.get_by_text("读自证件").first).to_be_visible()


async def test_a_face_goes_with_the_form(
    page: Page, live_server: LiveServer, devices: VirtualCounter
) -> None:
    await at_the_window(page, live_server)
    await page.goto("/staff/accept")
    await expect(page.get_by_text("请将证件放在读卡器上")).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_label("姓名（名称）").fill("王秀兰")
    devices.lay("wang")
    await page.get_by_role("button", name="填为代理人").click(timeout=PATIENCE_MS)
    face = page.get_by_role("img", name="王丽 证件上的照片")
    await expect(face).to_be_visible()
    await page.keyboard.press("Alt+n")
    await expect(page.get_by_label("姓名（名称）")).to_have_value("")
    await expect(face).to_have_count(0)
