"""The production shape, as far as it can be tried without a container engine."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import unix_connect

from tests.support.database import ROOT
from tests.support.live import STATIC, LiveServer
from tongban.runtime import start_services
from tongban.runtime.postgres import binary, elsewhere, run_sql

pytestmark = pytest.mark.slow

DEPLOY = ROOT / "deploy"
NGINX_CONFIGURATION = (DEPLOY / "nginx" / "nginx.conf").read_text()


def program(*names: str) -> str:
    """A system program; CI installs it, elsewhere its tests are left out where it is missing."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    reason = f"{names[0]} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def compose_config(env_file: Path) -> subprocess.CompletedProcess[str]:
    """`docker compose config` by whichever compose is there."""
    docker = shutil.which("docker")
    with_plugin = (
        docker
        and not subprocess.run(
            [docker, "compose", "version"], capture_output=True, check=False
        ).returncode
    )
    command = [docker, "compose"] if docker and with_plugin else [program("docker-compose")]
    return subprocess.run(
        [*command, "--env-file", env_file, "-f", ROOT / "docker-compose.yml", "config"],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def filled_env(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`deploy/example.env` with every empty value filled."""
    lines = (DEPLOY / "example.env").read_text().splitlines()
    filled = [f"{line}test0123" if line.endswith("=") else line for line in lines]
    path = tmp_path_factory.mktemp("compose") / "env"
    path.write_text("\n".join(filled))
    return path


def test_compose_file_is_valid(filled_env: Path) -> None:
    done = compose_config(filled_env)
    assert done.returncode == 0, done.stderr
    for service in ("postgres", "valkey", "migrate", "api", "worker", "nginx"):
        assert f"  {service}:\n" in done.stdout


def test_compose_refuses_to_start_without_secrets(tmp_path: Path) -> None:
    empty = tmp_path / "env"
    empty.write_text("")
    assert compose_config(empty).returncode != 0


def test_images_copy_only_what_is_there() -> None:
    for dockerfile in DEPLOY.glob("*/Dockerfile"):
        for line in dockerfile.read_text().splitlines():
            if line.startswith("COPY ") and "--from" not in line:
                for source in line.split()[1:-1]:
                    assert (ROOT / source).exists(), f"{dockerfile}: {source}"


def test_first_set_up_of_the_database(tmp_path: Path) -> None:
    """`init.sql` on a server that has none of it, then the logins as compose uses them."""
    with start_services(tmp_path, durable=False, environment={}) as services:
        services.drop_database("tongban")
        run_sql(services.admin_url, "DROP ROLE tongban_owner, tongban_app, tongban_worker;")
        socket_folder = services.owner_url.rpartition("host=")[2]
        subprocess.run(
            [binary("psql"), "-X", "-q", "-f", DEPLOY / "postgres" / "init.sql"],
            env={
                "PGHOST": socket_folder,
                "PGUSER": "postgres",
                "PGDATABASE": "postgres",
                "PGPASSWORD": services.secrets["POSTGRES_PASSWORD"],
                "POSTGRES_OWNER_PASSWORD": services.secrets["POSTGRES_OWNER_PASSWORD"],
                "POSTGRES_APP_PASSWORD": services.secrets["POSTGRES_APP_PASSWORD"],
                "POSTGRES_WORKER_PASSWORD": services.secrets["POSTGRES_WORKER_PASSWORD"],
            },
            check=True,
        )
        run_sql(services.owner_url, "CREATE TABLE mine (path ltree)")
        for url in (services.app_url, services.worker_url):
            assert run_sql(url, "SELECT count(*) FROM pg_extension") == "4"
        refused = run_sql(
            elsewhere(services.admin_url, "tongban"),
            "SELECT has_schema_privilege('tongban_app', 'public', 'CREATE')",
        )
        assert refused == "f"


@pytest.fixture(scope="module")
def nginx_socket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nginx") / "nginx.sock"


@pytest.fixture(scope="module")
def nginx(live_server: LiveServer, nginx_socket: Path) -> Iterator[httpx.Client]:
    """nginx with our configuration, over the built SPAs and the live server."""
    folder = nginx_socket.parent
    path = folder / "nginx.conf"
    path.write_text(_placed(NGINX_CONFIGURATION, folder, live_server.url))
    command = [program("nginx"), "-c", str(path), "-g", "daemon off;" + _as_us()]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with subprocess.Popen(command) as process:
        transport = httpx.HTTPTransport(uds=str(nginx_socket), retries=50)
        with httpx.Client(transport=transport, base_url="http://tongban.test") as client:
            yield client
        process.terminate()


def _placed(configuration: str, folder: Path, api: str) -> str:
    """The configuration with this machine's places instead of the image's."""
    for image, here in {
        "/tmp/": f"{folder}/",
        "listen 8080": f"listen unix:{folder}/nginx.sock",
        "/usr/share/nginx/html": str(STATIC),
        "/etc/nginx/security-headers.conf": str(DEPLOY / "nginx" / "security-headers.conf"),
        "/dev/stdout": f"{folder}/access.log",
        "http://api:8000": api,
    }.items():
        assert image in configuration, image
        configuration = configuration.replace(image, here)
    return configuration


def _as_us() -> str:
    """Started by root, nginx would read the SPAs as somebody who may not."""
    return "user root;" if os.geteuid() == 0 else ""


@pytest.mark.parametrize(
    ("path", "cache"),
    [("/", "no-cache"), ("/staff/", "no-cache"), ("/staff/cases/any", "no-cache")],
)
def test_nginx_serves_pages(nginx: httpx.Client, path: str, cache: str) -> None:
    answer = nginx.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["cache-control"] == cache
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    spa = "staff" if path.startswith("/staff") else "public"
    assert answer.text == (STATIC / spa / "index.html").read_text()


@pytest.mark.parametrize(("spa", "prefix"), [("public", ""), ("staff", "/staff")])
def test_nginx_keeps_hashed_assets_for_ever(nginx: httpx.Client, spa: str, prefix: str) -> None:
    script = max((STATIC / spa / "assets").glob("*.js"), key=lambda path: path.stat().st_size)
    answer = nginx.get(f"{prefix}/assets/{script.name}")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert nginx.get(f"{prefix}/assets/none.js").status_code == 404


def test_nginx_passes_the_api_on(nginx: httpx.Client) -> None:
    answer = nginx.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    refused = nginx.get("/api/v1/cases")
    assert refused.status_code == 401
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
    assert nginx.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_nginx_keeps_the_inside_inside(nginx: httpx.Client, path: str) -> None:
    assert nginx.get(path).status_code == 404


def test_nginx_refuses_what_is_too_large(nginx: httpx.Client) -> None:
    answer = nginx.post("/api/v1/files", content=bytes(23 << 20))
    assert answer.status_code == 413


def test_nginx_keeps_the_stream_of_a_bridge_open(nginx: httpx.Client, nginx_socket: Path) -> None:
    with unix_connect(str(nginx_socket), "ws://tongban.test/api/v1/devices/stream") as stream:
        assert json.loads(stream.recv(10))["type"] == "challenge"
        stream.send("no message")
        with pytest.raises(ConnectionClosed) as closed:
            stream.recv(10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


def test_nginx_passes_events_on_as_they_come(nginx: httpx.Client, live_server: LiveServer) -> None:
    account = live_server.accounts["ds-clerk"]
    form = {"username": account["username"], "password": account["password"]}
    token = nginx.post("/api/v1/auth/token", data=form).json()["access_token"]
    path = "/api/v1/devices/windows/110102010-DT-01/events"
    headers = {"Authorization": f"Bearer {token}"}
    with nginx.stream("GET", path, headers=headers, timeout=10) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-content-type-options"] == "nosniff"
        # The stream goes on: what has come has come through unbuffered.
        assert next(answer.iter_lines()) == "event: devices"
