"""Measures speed and memory; prints a table and writes `build/bench.json`.

Ours and the bare handlers run one after the other on the same database and the same number of
processes, several rounds, in turn; the medians are compared. Everything shares this machine:
database, server and load generator. Each process has a port of its own and its share of the
clients, as behind a proxy: on one socket the first to wake takes what connections there are, and
a round measured one process or two as chance would have it.
"""

import asyncio
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import orjson

from tests.load import traffic
from tests.load.populate import populate
from tests.support.applications import application
from tests.support.statements import statements
from tongban.app import create_app
from tongban.core.settings import Settings
from tongban.runtime import Services, start_services

ROOT = Path(__file__).parents[2]
CASES = int(os.environ.get("BENCH_CASES", "50000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
PROCESSES = 2
CLIENTS = 16
OURS, BARE = 8871, 8881  # the first of PROCESSES ports
# Open Zaak 1.30, 2 cores, 50,000 cases, as measured for the design: answers a second.
PEER = {"create": 31.0, "read": 30.0, "list": 2.9}


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="tongban-bench-") as folder,
        start_services(Path(folder), durable=True) as services,
    ):
        results = asyncio.run(measure(services, Path(folder)))
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "bench.json").write_bytes(
        orjson.dumps(results, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    )
    report(results)


async def measure(services: Services, folder: Path) -> dict[str, Any]:
    env = environment(services)
    run(["-m", "alembic", "upgrade", "head"], env)
    accounts_file = folder / "accounts.json"
    run(["-m", "tongban.cli", "seed-demo", "--accounts", str(accounts_file)], env)
    accounts = orjson.loads(accounts_file.read_bytes())
    with server("tongban.app:create_app", OURS, env):
        clerk = await sign_in(account(accounts, "clerk", "110102010"))
        reviewer = await sign_in(account(accounts, "reviewer", "110102010"))
        numbers = [await create_one(clerk, HOME, n) for n in range(4)]
        for street, home in other_streets(accounts):
            elsewhere = await sign_in(account(accounts, "clerk", street))
            for turn in range(4):
                await create_one(elsewhere, home, turn)
        await populate(plain(services.owner_url), CASES)
        counted = await count_statements(env, clerk, reviewer, numbers[0])
        bare_env = await bare_environment(services, env, numbers[0])
        with server("tests.load.bare:create_app", BARE, bare_env):
            return await compare(services, clerk, reviewer, numbers, counted)


async def compare(
    services: Services, clerk: str, reviewer: str, numbers: list[str], counted: dict[str, int]
) -> dict[str, Any]:
    kinds = requests(clerk, reviewer, numbers)
    results: dict[str, Any] = {"machine": machine(), "statements": counted, "work": {}}
    for name, (ours, bare) in kinds.items():
        rounds: dict[str, list[traffic.Measured]] = {"ours": [], "bare": []}
        for _ in range(ROUNDS):
            for label, port, build in (("ours", OURS, ours), ("bare", BARE, bare)):
                load = traffic.closed_loop(ports(port), build, clients=CLIENTS, seconds=SECONDS)
                rounds[label].append(await load)
        results["work"][name] = {
            label: middle(measured).summary() for label, measured in rounds.items()
        }
    saturation = results["work"]["create"]["ours"]["rate"]
    results["open_loop"] = {
        "rate": round(0.6 * saturation, 1),
        **(
            await traffic.open_loop(
                ports(OURS), kinds["create"][0], rate=0.6 * saturation, seconds=3 * SECONDS
            )
        ).summary(),
    }
    results["resident_mib"] = resident_memory()
    return results


Build = Callable[[], bytes]


def requests(clerk: str, reviewer: str, numbers: list[str]) -> dict[str, tuple[Build, Build]]:
    """The measured work: ours and its bare counterpart."""
    body = orjson.dumps(application("ST-MZ-008", HOME))
    turn = iter_forever(numbers)
    return {
        "create": (
            lambda: traffic.request(
                "POST", "/api/v1/cases", {**bearer(clerk), "Idempotency-Key": uuid4().hex}, body
            ),
            lambda: traffic.request("POST", "/cases", {}, body),
        ),
        "read": (
            lambda: traffic.request("GET", f"/api/v1/cases/{next(turn)}", bearer(clerk)),
            lambda: traffic.request("GET", f"/cases/{next(turn)}"),
        ),
        "list": (
            lambda: traffic.request("GET", "/api/v1/tasks", bearer(reviewer)),
            lambda: traffic.request("GET", "/tasks"),
        ),
    }


HOME = "110102010002"


def iter_forever(values: list[str]) -> Iterator[str]:
    while True:
        yield from values


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def sign_in(person: dict[str, Any]) -> str:
    form = f"username={person['username']}&password={person['password']}".encode()
    connection = await traffic.Connection.open(OURS)
    head = traffic.request("POST", "/api/v1/auth/token", {"Content-Length": str(len(form))})
    typed = head[:-2] + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + form
    status, answer = await connection.call(typed)
    connection.close()
    assert status == 200, answer
    return str(orjson.loads(answer)["access_token"])


def other_streets(accounts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Every other street with one of its communities."""
    codes = sorted(a["organisation_code"] for a in accounts if len(a["organisation_code"]) == 12)
    homes = {code[:9]: code for code in codes if code.isdigit()}
    return [(street, home) for street, home in homes.items() if street != HOME[:9]]


async def create_one(token: str, home: str, turn: int) -> str:
    code = ("ST-MZ-008", "ST-MZ-005", "ST-RK-001", "ST-CJ-007")[turn % 4]
    body = orjson.dumps(application(code, home))
    connection = await traffic.Connection.open(OURS)
    status, answer = await connection.call(
        traffic.request("POST", "/api/v1/cases", bearer(token), body)
    )
    connection.close()
    assert status == 201, answer
    return str(orjson.loads(answer)["number"])


def account(accounts: list[dict[str, Any]], role: str, code: str) -> dict[str, Any]:
    return next(a for a in accounts if role in a["roles"] and a["organisation_code"] == code)


async def count_statements(
    env: dict[str, str], clerk: str, reviewer: str, number: str
) -> dict[str, int]:
    """SQL statements of one request of each kind, counted in an application of our own."""
    os.environ |= env
    app = create_app(Settings())
    counted = {}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            for name, (method, path, token) in {
                "create": ("POST", "/cases", clerk),
                "read": ("GET", f"/cases/{number}", clerk),
                "list": ("GET", "/tasks", reviewer),
            }.items():
                body = application("ST-MZ-008", HOME) if method == "POST" else None
                for _ in ("warm-up", "counted"):
                    with statements(app.state.engine.sync_engine) as found:
                        headers = {**bearer(token), "Idempotency-Key": uuid4().hex}
                        answer = await client.request(
                            method, f"/api/v1{path}", json=body, headers=headers
                        )
                    assert answer.is_success, answer.text
                    counted[name] = len(found)
    rows = len((answer.json())["items"])
    assert rows == 20, f"the list that is measured has {rows} rows"
    return counted


async def bare_environment(services: Services, env: dict[str, str], number: str) -> dict[str, str]:
    connection = await asyncpg.connect(plain(services.app_url))
    case_id = await connection.fetchval("SELECT id FROM cases WHERE number = $1", number)
    units = await connection.fetch(
        "SELECT id FROM organisations WHERE code = '110102010' OR code LIKE '110102010-%'"
    )
    await connection.close()
    return {
        **env,
        "TONGBAN_BARE_URL": plain(services.app_url),
        "TONGBAN_BARE_CASE": str(case_id),
        "TONGBAN_BARE_UNITS": ",".join(str(row["id"]) for row in units),
        "TONGBAN_BARE_ROLES": "reviewer",
    }


def environment(services: Services) -> dict[str, str]:
    keys = {name: key for name, key in services.secrets.items() if name.startswith("TONGBAN_")}
    path = os.pathsep.join([str(ROOT), str(ROOT / "backend")])
    return {**os.environ, **keys, **services.environment(), "PYTHONPATH": path}


def plain(url: str) -> str:
    return url.replace("+asyncpg", "")


def run(arguments: list[str], env: dict[str, str]) -> None:
    subprocess.run([sys.executable, *arguments], env=env, cwd=ROOT, check=True)


SERVERS: list[subprocess.Popen[bytes]] = []


def ports(first: int) -> range:
    """One for each process of a server."""
    return range(first, first + PROCESSES)


@contextmanager
def server(factory: str, first: int, env: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "uvicorn", factory, "--factory", "--no-access-log"]
    command += ["--no-proxy-headers"]  # the application has its own, as in production
    command += ["--log-level", "warning", "--timeout-keep-alive", "120"]
    started = [
        subprocess.Popen([*command, "--port", str(port)], env=env, cwd=ROOT)
        for port in ports(first)
    ]
    SERVERS.extend(started)
    try:
        for port in ports(first):
            wait_for(port)
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=20)


def wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"nothing answers on port {port}")


def middle(measured: list[traffic.Measured]) -> traffic.Measured:
    """The round with the median rate."""
    rate = statistics.median_low(m.rate for m in measured)
    return next(m for m in measured if m.rate == rate)


def resident_memory() -> float:
    """The largest resident set of our API's processes after the load, in MiB."""
    ours = SERVERS[:PROCESSES]
    pages = [int(Path(f"/proc/{one.pid}/statm").read_text().split()[1]) for one in ours]
    return round(max(pages) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024, 1)


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "processes_each": PROCESSES,
        "clients": CLIENTS,
        "seconds_a_round": SECONDS,
        "rounds": ROUNDS,
        "cases": CASES,
    }


def report(results: dict[str, Any]) -> None:
    facts = results["machine"]
    print(
        f"\n{facts['cases']} cases · {facts['cores']} cores for database, {PROCESSES} server"
        f" processes and the load generator · {CLIENTS} clients · {ROUNDS} rounds of"
        f" {SECONDS:g} s in turn, median shown · Python {facts['python']}\n"
    )
    print(f"{'':8}{'ours/s':>9}{'bare/s':>9}{'share':>8}{'p50 ms':>8}{'p99 ms':>8}"
          f"{'SQL':>5}{'peer/s':>8}{'× peer':>8}")  # fmt: skip
    for name, work in results["work"].items():
        ours, bare = work["ours"], work["bare"]
        print(
            f"{name:8}{ours['rate']:9.1f}{bare['rate']:9.1f}{ours['rate'] / bare['rate']:8.0%}"
            f"{ours['p50_ms']:8.1f}{ours['p99_ms']:8.1f}{results['statements'][name]:5}"
            f"{PEER[name]:8.1f}{ours['rate'] / PEER[name]:8.1f}"
        )
    loop = results["open_loop"]
    print(
        f"\ncreate, open loop at {loop['rate']}/s (60 % of saturation):"
        f" p50 {loop['p50_ms']} ms, p99 {loop['p99_ms']} ms, answers {loop['answers']}"
        f"\nlargest API process: {results['resident_mib']} MiB resident"
    )
    if any(set(work[k]["answers"]) - {200, 201} for work in results["work"].values() for k in work):
        print("\nNot every answer was a success; see build/bench.json")


if __name__ == "__main__":
    main()
