"""The application: settings in, ASGI app out."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tongban.cases import colleague_routes as colleagues
from tongban.cases import organisation_routes as kept_organisations
from tongban.cases import routes as cases
from tongban.cases.archives import routes as archives
from tongban.core import contract, http, logging, operations, spa
from tongban.core.db import make_engine, make_sessions
from tongban.core.http import API
from tongban.core.readers import Readers
from tongban.core.settings import Settings, get_settings
from tongban.deadlines import routes as deadlines
from tongban.devices import routes as devices
from tongban.devices.serving import serving_hub
from tongban.evaluations import routes as evaluations
from tongban.files import routes as files
from tongban.identity import auth_routes as auth
from tongban.identity import organisation_routes as organisations
from tongban.identity import staff_routes as staff
from tongban.matters import routes as matters
from tongban.routing import routes as routing


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application. Tests pass their own settings; a server reads the environment."""
    settings = settings or get_settings()
    logging.configure()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = make_engine(settings.database_url, settings.database_pool)
        app.state.engine = engine
        app.state.sessions = make_sessions(engine)
        app.state.readers = Readers(
            settings.database_url, settings.database_pool, app.state.sessions
        )
        # What is loaded by now stays: looking through it again took the collector 100 ms a time.
        # And a request leaves few cycles: looking for them after every 700 objects took 4 %.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        async with serving_hub(settings.redis_url) as app.state.hub:
            yield
        await app.state.readers.aclose()
        await engine.dispose()

    app = FastAPI(
        title="Tongban 通办",
        version="1.0.0",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # Its records hold what people typed. Operators have `/metrics` and our own log.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.settings = settings
    http.install(app)
    app.add_middleware(operations.Metrics)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    for router in _routers():
        app.router.routes += router.routes
    app.add_api_route(f"{API}/docs", _contract_page, include_in_schema=False)
    contract.install(app)
    spa.mount(app, settings.static_dir)
    return app


async def _contract_page() -> RedirectResponse:
    """The interactive contract: a page among the built ones, which asks no foreign server."""
    return RedirectResponse("/api-docs/index.html")


def _routers() -> list[APIRouter]:
    # Tried in this order: what counters call all day comes first.
    return [
        cases.router,
        auth.router,
        organisations.router,
        kept_organisations.router,
        staff.router,
        files.router,
        deadlines.router,
        matters.router,
        routing.router,
        archives.router,
        colleagues.router,
        devices.router,
        evaluations.router,
        operations.router,
    ]
