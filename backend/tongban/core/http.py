"""What every answer has in common: a request id, and failures as problem details."""

from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tongban.core.db import DatabaseAway
from tongban.core.ids import new_id
from tongban.core.problems import Invalid, NotFound, Problem, Unavailable
from tongban.core.texts import Language, Text, language_of
from tongban.core.validation import field_errors

log = structlog.get_logger(__name__)


class RequestId:
    """Gives every request an id, taken from `X-Request-Id` where a proxy set a sane one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if 8 <= len(given) <= 64 and given.isascii() else new_id().hex
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("X-Content-Type-Options", "nosniff")
            await send(message)

        await self.app(scope, receive, send_with_id)


class NoNul:
    """Refuses an address with a NUL in its path or query: no name has one, and no database takes
    it. Bodies are looked through by `core.schemas.InputModel`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] == "http" and ("\x00" in scope["path"] or b"%00" in scope["query_string"]):
            app = problem_response(Request(scope), _Unreadable())
        await app(scope, receive, send)


def request_language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language"))


def problem_response(request: Request, problem: Problem) -> Response:
    body = problem.render(request_language(request), getattr(request.state, "request_id", ""))
    return JSONResponse(
        body, problem.status, headers=problem.headers, media_type="application/problem+json"
    )


class _Unroutable(Problem):
    """The path exists, but not with this method."""

    code = "method_not_allowed"
    status = 405
    title = Text("此地址不支持该操作", "This address does not support the method")


class _Unreadable(Problem):
    """A body that cannot be parsed at all, or nests too deep to be; an address with a NUL."""

    code = "unreadable_body"
    status = 422
    title = Text("提交的内容无法识别", "The body cannot be read")


class _BodyTooLarge(Problem):
    code = "body_too_large"
    status = 413
    title = Text("提交的内容过大", "The body is too large")


_ROUTER_PROBLEMS: dict[int, type[Problem]] = {
    404: NotFound,
    405: _Unroutable,
    413: _BodyTooLarge,
}


class _ServerError(Problem):
    code = "server_error"
    status = 500
    title = Text(
        "系统出错，已记录；请把编号告诉管理员",
        "Something broke on our side; give the request id to your administrator",
    )


def install(app: FastAPI) -> None:
    """Register the handlers that turn every failure into problem details."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return problem_response(request, problem)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        return problem_response(request, Invalid(errors=field_errors(error.errors())))

    @app.exception_handler(HTTPException)
    async def _router(request: Request, error: HTTPException) -> Response:
        problem = _ROUTER_PROBLEMS.get(error.status_code, _Unreadable)()
        problem.headers.update(error.headers or {})
        return problem_response(request, problem)

    @app.exception_handler(PoolTimeout)
    async def _busy(request: Request, _: PoolTimeout) -> Response:
        return problem_response(request, Unavailable())

    @app.exception_handler(DBAPIError)
    async def _database(request: Request, error: DBAPIError) -> Response:
        if error.connection_invalidated:
            return problem_response(request, Unavailable(retry_after=2))
        return _broken(request, error)

    @app.exception_handler(DatabaseAway)
    async def _away(request: Request, _: DatabaseAway) -> Response:
        return problem_response(request, Unavailable(retry_after=2))

    # The same from `core.fixed`, which asks the driver itself.
    @app.exception_handler(asyncpg.InterfaceError)
    @app.exception_handler(asyncpg.PostgresConnectionError)
    @app.exception_handler(asyncpg.AdminShutdownError)
    @app.exception_handler(asyncpg.CrashShutdownError)
    async def _lost(request: Request, _: Exception) -> Response:
        return problem_response(request, Unavailable(retry_after=2))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        return _broken(request, error)

    app.add_middleware(NoNul)
    app.add_middleware(RequestId)


def _broken(request: Request, error: Exception) -> Response:
    log.error("request failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    return problem_response(request, _ServerError())


def problem_responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that can fail with these; the contract names their codes."""
    answers: dict[int | str, dict[str, Any]] = {}
    for problem in problems:
        entry = answers.setdefault(problem.status, {"description": problem.code})
        if problem.code not in entry["description"]:
            entry["description"] += f" · {problem.code}"
    return answers
