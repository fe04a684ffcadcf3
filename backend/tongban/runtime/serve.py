"""The supervisor behind `tongban run`: servers, migrations, demo data, worker, API.

Everything stops in the reverse order, on Ctrl-C or SIGTERM, and when one part dies.
"""

import contextlib
import http.client
import os
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from tongban.runtime import screen, secret_file
from tongban.runtime.processes import Family, Interrupted, RuntimeFailure, StopRequest
from tongban.runtime.services import Services, start_services
from tongban.runtime.virtual import start_counter

ROOT = Path(__file__).parents[3]
"""The repository: migrations, built SPAs and `var/` are found from here."""
ENVIRONMENT = "environment"
"""File in the data folder by which `tongban import` and the like find what is running."""
READY_PATIENCE = 60.0
KEEP_ALIVE_SECONDS = 75
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def serve(
    port: int = 8000,
    *,
    host: str = "127.0.0.1",
    data_dir: Path = ROOT / "var",
    workers: int = 2,
    demo: bool = True,
    dev: bool = False,
    virtual_devices: bool = False,
) -> int:
    """Set everything up, serve until stopped, and give the exit code.

    `dev` reloads API and worker when their code changes and starts Vite for both SPAs. `demo`
    seeds the demo district once (it writes `demo-accounts.json` into the data folder).
    `virtual_devices` adds a counter without hardware and its bridge.
    """
    data_dir = data_dir.absolute()
    stop = StopRequest()
    try:
        with _stopping_on_signals(stop):
            _require_free(host, port)
            screen.step("启动 PostgreSQL 与 Valkey · starting PostgreSQL and Valkey")
            with start_services(data_dir, stop=stop) as services:
                _set_up(services, data_dir, demo=demo)
                _start_processes(services, host, port, data_dir, workers=workers, dev=dev)
                console = None
                if virtual_devices:
                    screen.step("启动虚拟柜台 · starting the virtual counter")
                    url = _url(host, port)
                    # After the two that Vite takes with --dev.
                    console = start_counter(services.family, url, data_dir, port + 3)
                screen.ready(_url(host, port), data_dir, console)
                services.family.watch()
    except Interrupted:
        screen.step("已停止 · stopped")
        return 0
    except RuntimeFailure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1


@contextlib.contextmanager
def _stopping_on_signals(stop: StopRequest) -> Iterator[None]:
    """Signals only leave a note; whoever waits finds it. A repeated Ctrl-C changes nothing."""

    def note(_number: int, _frame: FrameType | None) -> None:
        if not stop.made:
            stop.made = True
            screen.step("正在停止 · stopping")

    before = {number: signal.signal(number, note) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise RuntimeFailure(
                f"Cannot listen on {host}:{port}: {error.strerror}."
                f" Choose another port: make run PORT={port + 1 if port < 65535 else 8000}"
            ) from error


def _set_up(services: Services, data_dir: Path, *, demo: bool) -> None:
    """Migrate as the owner; seed once."""
    env = _environment(services, data_dir) | services.environment()
    family = services.family
    screen.step("迁移数据库 · migrating the database")
    alembic = [sys.executable, "-m", "alembic", "-c", str(ROOT / "alembic.ini"), "upgrade", "head"]
    family.run("migrations", alembic, env=env)
    accounts = data_dir / "demo-accounts.json"
    if demo and not accounts.exists():
        screen.step("写入演示数据 · seeding the demo district")
        seed = [sys.executable, "-m", "tongban.cli", "seed-demo", "--accounts", str(accounts)]
        family.run("seed", seed, env=env)


def _start_processes(
    services: Services, host: str, port: int, data_dir: Path, *, workers: int, dev: bool
) -> None:
    env = _environment(services, data_dir) | {"TONGBAN_PUBLIC_URL": _url(host, port)}
    ours = {name: value for name, value in env.items() if name.startswith("TONGBAN_")}
    secret_file.write(data_dir / ENVIRONMENT, ours)
    family = services.family
    screen.step("启动后台任务与接口 · starting worker and API")
    worker = [sys.executable, "-m", "arq", "tongban.worker.WorkerSettings"]
    api = [sys.executable, "-m", "uvicorn", "tongban.app:create_app", "--factory"]
    api += ["--host", host, "--port", str(port), "--timeout-graceful-shutdown", "10"]
    # Who calls is to give an idle connection up first: at the server's usual 5 s, which are many
    # clients' too, a call could go out on one that was just being closed.
    api += ["--timeout-keep-alive", str(KEEP_ALIVE_SECONDS)]
    # Whose word counts for where a request came from is a setting of ours.
    api.append("--no-proxy-headers")
    if dev:
        code = str(ROOT / "backend")
        # arq's own --watch restarts the worker without importing what has changed.
        worker = [
            sys.executable,
            "-m",
            "watchfiles",
            "--filter",
            "python",
            shlex.join(worker),
            code,
        ]
        api += ["--reload", "--reload-dir", code]
    else:
        api += ["--workers", str(workers), "--no-access-log"]
    family.start("worker", worker, env=env, to_terminal=dev)
    family.start("api", api, env=env, to_terminal=dev)
    if dev:
        _start_vite(family, env, port)
    family.wait_until(lambda: _answers(host, port), "the API to be ready", READY_PATIENCE)


def _start_vite(family: Family, env: dict[str, str], port: int) -> None:
    """Vite for both SPAs, on the two ports after the API's; they proxy `/api` to it."""
    for offset, name in enumerate(("frontend-public", "frontend-staff"), start=1):
        command = ["npm", "run", "dev", "--", "--port", str(port + offset), "--strictPort"]
        vite_env = env | {"TONGBAN_API": f"http://127.0.0.1:{port}"}
        family.start(name, command, env=vite_env, cwd=ROOT / name, to_terminal=True)


def _environment(services: Services, data_dir: Path) -> dict[str, str]:
    """For API and worker: without the owner's login and the servers' passwords."""
    keys = {name: key for name, key in services.secrets.items() if name.startswith("TONGBAN_")}
    env = {
        **keys,
        "TONGBAN_FILES_URL": f"file://{data_dir / 'files'}",
        "TONGBAN_STATIC_DIR": str(ROOT / "build" / "static"),
        **os.environ,
        **services.environment(),
    }
    del env["TONGBAN_OWNER_DATABASE_URL"]
    return env


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _url(host: str, port: int) -> str:
    return f"http://{host}:{port}"
