"""`make counter-bench`: a typical immediate matter at a counter of virtual devices, counted.

A clerk of a community, who holds all roles there as in the demo, accepts, decides and hands over;
Chromium does what the hands would do, as fast as the pages allow. Counted are actions (a choice, a
filled field, a click, a shortcut) and seconds; a person's own thinking and talking comes on top.
Prints a table and writes `build/counter-bench.json`.
"""

import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, async_playwright, expect

from tests.e2e import desk
from tests.load.run import ROOT, machine
from tests.support.browser import FLAGS
from tests.support.waiting import until
from tongban_bridge.virtual.counter import VirtualCounter

PORT = 8890
URL = f"http://127.0.0.1:{PORT}"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
START_SECONDS = 240
IDLE_SECONDS = 10
PATIENCE_MS = 60_000
REFUSED_BYTES = 11
"""A reader's answer while no card lies there."""
BITS_A_BYTE = 10
"""On an 8N1 line."""
CARD_BYTES = 10 + 15 + 10 + 19 + 2 * (10 + 1295)
"""Find, select, read and read again, with their commands (GA 450)."""
BAUD = 115200
BRIDGE = (sys.executable, "-c", "from tongban_bridge.cli import main; main()")
PEOPLE = ("chen", "wang")


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="tongban-counter-") as folder,
        platform(Path(folder)),
    ):
        results = asyncio.run(measure(Path(folder)))
    (ROOT / "build").mkdir(exist_ok=True)
    text = json.dumps(results, indent=2, ensure_ascii=False)
    (ROOT / "build" / "counter-bench.json").write_text(text)
    report(results)


@contextmanager
def platform(folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "tongban.cli", "run", "--port", str(PORT)]
    command += ["--data", str(folder / "var")]
    # What the tests' helpers put there is for tests.
    env = {name: value for name, value in os.environ.items() if not name.startswith("TONGBAN_")}
    with (folder / "platform.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=env)
        try:
            yield
        except TimeoutError:
            print((folder / "platform.log").read_text(), file=sys.stderr)
            raise
        finally:
            process.terminate()
            process.wait(timeout=60)


async def measure(folder: Path) -> dict[str, Any]:
    await until(_ready, START_SECONDS)
    person = somebody_with_all_roles(folder / "var" / "demo-accounts.json")
    async with counter(folder, person) as (devices, bridge), page_of(person) as page:
        rounds = [await one_matter(page, devices, PEOPLE[n % 2]) for n in range(ROUNDS)]
        before = processor_seconds(bridge)
        await asyncio.sleep(IDLE_SECONDS)
        share = (processor_seconds(bridge) - before) / IDLE_SECONDS
        idle = {"mib": resident_mib(bridge), "cpu_percent": round(100 * share, 2)}
    return {"machine": machine(), "rounds": rounds, "idle": idle}


def somebody_with_all_roles(accounts: Path) -> dict[str, Any]:
    """A community's clerk who also reviews."""
    people: list[dict[str, Any]] = json.loads(accounts.read_text())
    return next(a for a in people if {"clerk", "reviewer"} <= set(a["roles"]))


async def _ready() -> bool:
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{URL}/readyz")).is_success
    except httpx.TransportError:
        return False


@asynccontextmanager
async def counter(
    folder: Path, person: dict[str, Any]
) -> AsyncIterator[tuple[VirtualCounter, int]]:
    """A virtual counter, and the process of the bridge that serves it at the person's window."""
    async with httpx.AsyncClient(base_url=f"{URL}/api/v1", timeout=30) as client:
        form = {"username": person["username"], "password": person["password"]}
        token = (await client.post("/auth/token", data=form)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        window = (await client.get("/devices/windows")).json()[0]["code"]
        code = await client.post("/devices/pairing-codes", json={"window_code": window})
    home = folder / "bridge"
    pair = await asyncio.create_subprocess_exec(
        *BRIDGE, "pair", code.json()["code"], "--server", URL, "--home", home
    )
    assert await pair.wait() == 0
    devices = VirtualCounter(folder / "ports", level=5)
    (home / "settings.toml").write_text(devices.settings(page_port=0), encoding="utf-8")
    bridge = await asyncio.create_subprocess_exec(*BRIDGE, "run", "--home", home, stderr=DEVNULL)
    try:
        yield devices, bridge.pid
    finally:
        bridge.terminate()
        await bridge.wait()
        devices.stop()


@asynccontextmanager
async def page_of(person: dict[str, Any]) -> AsyncIterator[Page]:
    """The accept page, signed in and at the window, waiting for a card."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = await browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 900})
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(f"{URL}/staff/")
        await page.get_by_label("用户名").fill(person["username"])
        await page.get_by_label("密码", exact=True).fill(person["password"])
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("navigation")).to_be_visible(timeout=PATIENCE_MS)
        window = person["organisation_code"]
        await page.evaluate(f"localStorage.setItem('tongban.window', '{window}')")
        await page.goto(f"{URL}/staff/accept")
        yield page
        await browser.close()


class Clerk:
    """Does and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    async def choose(self, label: str, typed: str) -> None:
        self.actions += 1
        await desk.choose(self.page, label, typed)

    async def fill(self, label: str, text: str) -> None:
        self.actions += 1
        await self.page.get_by_label(label).fill(text)

    async def pick(self, name: str) -> None:
        self.actions += 1
        await self.page.get_by_role("radio", name=name).check()

    async def press(self, keys: str) -> None:
        self.actions += 1
        await self.page.keyboard.press(keys)

    async def scan(self, number: int) -> None:
        self.actions += 1
        await self.page.get_by_role("button", name=re.compile("^扫描 ")).first.click()
        preview = self.page.get_by_role("button", name=re.compile(f"^预览.* 第 {number} 份$"))
        await expect(preview).to_be_visible(timeout=PATIENCE_MS)

    async def see(self, text: str) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)


async def one_matter(page: Page, devices: VirtualCounter, card: str) -> dict[str, float]:
    """Card → form → three scans → accepted → receipt → concluded → evaluated → next."""
    clerk = Clerk(page)
    seconds: dict[str, float] = {}
    await clerk.see("请将证件放在读卡器上")
    began = await lay(page, devices, card, seconds)
    await clerk.choose("事项", "避孕药具免费领取")
    await clerk.choose("户籍或居住社区", await _own_community(page))
    await clerk.pick("避孕套")
    await clerk.fill("数量（盒）", "2")
    await clerk.fill("规格", "标准")
    await clerk.pick("社区服务站")
    scanning = time.perf_counter()
    for number in (1, 2, 3):
        await clerk.scan(number)
    seconds["scan"] = (time.perf_counter() - scanning) / 3
    await clerk.press("Control+Enter")
    await expect(page.get_by_role("heading", name="已受理")).to_be_visible(timeout=PATIENCE_MS)
    printing = time.perf_counter()
    await clerk.press("Alt+p")
    await clerk.see("已打印")
    seconds["print"] = time.perf_counter() - printing
    await clerk.press("Alt+o")
    await expect(page.get_by_role("heading", name="已办结")).to_be_visible(timeout=PATIENCE_MS)
    await clerk.see("申请人已评价")
    seconds["all"] = time.perf_counter() - began
    devices.lay(None)
    await page.keyboard.press("Alt+n")
    return {"actions": clerk.actions, **{name: round(s, 2) for name, s in seconds.items()}}


async def lay(page: Page, devices: VirtualCounter, card: str, seconds: dict[str, float]) -> float:
    """Lay a card down and wait until the form says whose it is; when that began.

    Says how long the reader did not look (`found`), the line was read (`line`), and all the rest
    took: bridge, platform and page (`ours`).
    """
    answered: list[tuple[int, float]] = []

    def clock(frame: bytes) -> bytes:
        answered.append((len(frame), time.perf_counter()))
        return frame

    devices.reader.spoil = clock
    began = time.perf_counter()
    devices.lay(card)
    # Looked at with every picture: Playwright's own waiting looks after 0.1, 0.35 and 0.85 s only.
    name = page.get_by_label("姓名（名称）")
    await asyncio.wait_for(name.evaluate(_FILLED), PATIENCE_MS / 1000)
    filled = time.perf_counter()
    devices.reader.spoil = bytes
    found = next(at for size, at in answered if size > REFUSED_BYTES)
    size, at = answered[-1]
    read = at + size * BITS_A_BYTE / BAUD
    seconds |= {
        "card": filled - began,
        "found": found - began,
        "line": read - found,
        "ours": filled - read,
    }
    return began


_FILLED = """field => new Promise(filled => {
  const look = () => field.value ? filled() : requestAnimationFrame(look);
  look();
})"""


async def _own_community(page: Page) -> str:
    window: str = await page.evaluate("localStorage.getItem('tongban.window')")
    return window[:12]


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def report(results: dict[str, Any]) -> None:
    rounds, idle = results["rounds"], results["idle"]
    line = CARD_BYTES * BITS_A_BYTE / BAUD

    def middle(name: str) -> float:
        return float(statistics.median(one[name] for one in rounds))

    print(
        f"\n即办 · immediate matter at a virtual counter, {len(rounds)} rounds, median\n"
        f"  actions, card to evaluation     {middle('actions'):8.0f}   (goal ≤ 12)\n"
        f"  seconds, card to evaluation     {middle('all'):8.1f}   (goal ≤ 60)\n"
        f"  card → applicant filled         {middle('card'):8.2f} s (goal ≤ 1.0)\n"
        f"    until the reader looks        {middle('found'):8.2f} s\n"
        f"    reading                       {middle('line'):8.2f} s ({line:.2f} s of it are the"
        f" line's at {BAUD:,} baud)\n"
        f"    bridge, platform, page        {middle('ours'):8.2f} s (with a stand-in for a photo"
        " decoder)\n"
        f"  scan, A4 200 dpi → preview      {middle('scan'):8.2f} s"
        " (goal ≤ 1.5 beyond the scanner)\n"
        f"  print → confirmed               {middle('print'):8.2f} s\n"
        f"  bridge, idle after it           {idle['mib']:8.1f} MiB, {idle['cpu_percent']} % of a"
        " core (goal < 60 MiB, < 1 %)"
    )


if __name__ == "__main__":
    main()
