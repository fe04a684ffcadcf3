"""What operators ask: does it live, is it ready, how is it doing."""

import time
from functools import lru_cache

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from sqlalchemy import text
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tongban.core.db import SessionDep
from tongban.core.http import Router

router = Router(below="", include_in_schema=False)

REQUESTS = Counter("tongban_requests_total", "Answers", ["method", "route", "status"])
SECONDS = Histogram(
    "tongban_request_seconds",
    "Time to the first byte of the answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


@router.get("/healthz")
async def healthz() -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


@router.get("/readyz")
async def readyz(session: SessionDep) -> Response:
    """The process can work: the database answers, migrated."""
    revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return PlainTextResponse(f"ready, schema {revision}")


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus. Not for the outside: the reverse proxy does not pass it on."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@lru_cache
def _kept(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Where such an answer is counted: finding it by its labels takes longer than counting."""
    return REQUESTS.labels(method, route, status), SECONDS.labels(method, route)


class Metrics:
    """Counts answers by the route's pattern, never by its values."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                answers, seconds = _kept(scope["method"], route, message["status"])
                answers.inc()
                seconds.observe(time.perf_counter() - started)
            await send(message)

        await self.app(scope, receive, counting)
