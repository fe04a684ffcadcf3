"""What every answer has in common: a request id, and failures as problem details."""

import json
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Self

import asyncpg
import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tongban.core import hot
from tongban.core.db import DatabaseAway
from tongban.core.ids import new_id
from tongban.core.problems import Invalid, NotFound, Problem, Unavailable
from tongban.core.schemas import Repeated
from tongban.core.texts import Language, Text, language_of
from tongban.core.validation import field_errors

log = structlog.get_logger(__name__)

API = "/api/v1"
MOST_JSON = 4 * 1024 * 1024
"""Bytes of a body that is no file: six times a district's whole catalogue."""


class RequestId:
    """Gives every request an id, taken from `X-Request-Id` where a proxy set a sane one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = _first(scope["headers"], b"x-request-id").decode("latin-1")
        request_id = given if 8 <= len(given) <= 64 and given.isascii() else new_id().hex
        scope.setdefault("state", {})["request_id"] = request_id
        id_header = (b"x-request-id", request_id.encode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_already = {name for name, _ in message["headers"]}
                usual = (pair for pair in _USUAL if pair[0] not in set_already)
                message["headers"] = [*message["headers"], id_header, *usual]
            await send(message)

        await self.app(scope, receive, send_with_id)


_USUAL = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


def _first(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    return next((value for name, value in headers if name == wanted), b"")


_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_FILES = (b"multipart/", b"image/", b"application/pdf", b"application/octet-stream")


class Door:
    """What happens before anything is read or looked up.

    An address with a NUL in its path or query is refused: no name has one, and no database takes
    it (bodies are looked through by `core.schemas.InputModel`). So is a body that announces more
    bytes than its kind may have, or goes on past them. `HEAD` is answered as `GET` without a body.
    """

    def __init__(self, app: ASGIApp, most_json: int, most_file: int) -> None:
        self.app = app
        self.most_json = most_json
        self.most_file = 2 * most_file  # what takes files counts for itself, and names the file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] == "http":
            method = scope["method"]
            if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
                app = problem_response(Request(scope), _Unreadable())
            elif method in _WITH_BODY:
                headers = dict(scope["headers"])
                most = self._most(headers.get(b"content-type", b""))
                if int(headers.get(b"content-length", 0)) > most:
                    app = problem_response(Request(scope), BodyTooLarge.of(most))
                receive = _counted(receive, most)
            elif method == "HEAD":
                scope, send = {**scope, "method": "GET"}, _without_body(send)
        await app(scope, receive, send)

    def _most(self, media_type: bytes) -> int:
        return self.most_file if media_type.lower().startswith(_FILES) else self.most_json


def _counted(receive: Receive, most: int) -> Receive:
    """Of a body that comes in pieces nobody knows the size: raises once it is past `most`."""
    received = 0

    async def counting() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(413, detail=str(most))
        return message

    return counting


def _without_body(send: Send) -> Send:
    async def sending(message: Message) -> None:
        await send({**message, "body": b""} if "body" in message else message)

    return sending


class _Request(Request):
    """A body in which a name stands twice is known by it: readers of JSON differ in which they
    take, so that one could check what another does not act upon."""

    async def json(self) -> Any:
        return json.loads(await self.body(), object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(pairs)


class _Route(APIRoute):
    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._begins = path.partition("{")[0]
        if hot.asks(self):
            self.app = hot.served(self, _Request)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        # Nearly all that do not match begin otherwise: to ask each pattern took longer than to
        # answer.
        if not scope["path"].startswith(self._begins):
            return Match.NONE, {}
        return super().matches(scope)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def handling(request: Request) -> Response:
            return await handle(_Request(request.scope, request.receive))

        return handling


class Router(APIRouter):
    """A router whose operations read their bodies as this module says.

    The application takes its routes as they are (`app.create_app`): routers that FastAPI includes
    are asked twice for each request, once whether they know it and once to answer it.
    """

    def __init__(self, *, below: str = API, prefix: str = "", **options: Any) -> None:
        super().__init__(
            prefix=below + prefix,
            route_class=_Route,
            generate_unique_id_function=lambda route: route.name,
            **options,
        )


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
    title = Text(
        "提交的内容或地址无法识别：请检查是否为 UTF-8 编码、不含空字符、嵌套不过深，改正后重试",
        "Body or address cannot be read: send UTF-8 without NUL, and nothing nested too deep",
    )


class BodyTooLarge(Problem):
    code = "body_too_large"
    status = 413
    title = Text("提交的内容超过 {megabytes} MB 的上限", "The body is larger than {megabytes} MB")

    @classmethod
    def of(cls, most: int) -> Self:
        return cls(megabytes=most // (1024 * 1024))


class _WrongMediaType(Problem):
    code = "wrong_media_type"
    status = 415
    title = Text(
        "请以 Content-Type: {expected} 提交内容", "Send the body as Content-Type: {expected}"
    )


_ROUTER_PROBLEMS: dict[int, type[Problem]] = {
    404: NotFound,
    405: _Unroutable,
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
        expected = _expected_type(request)
        if expected is not None:
            return problem_response(request, _WrongMediaType(expected=expected))
        return problem_response(request, Invalid(errors=field_errors(error.errors())))

    @app.exception_handler(HTTPException)
    async def _router(request: Request, error: HTTPException) -> Response:
        if error.status_code == 413:
            return problem_response(request, BodyTooLarge.of(int(error.detail)))
        problem = _ROUTER_PROBLEMS.get(error.status_code, _Unreadable)()
        problem.headers.update(error.headers or {})
        if error.status_code == 405:
            problem.headers["Allow"] = ", ".join(_allowed(app, request.url.path))
        return problem_response(request, problem)

    @app.exception_handler(ClientDisconnect)
    async def _gone(request: Request, _: ClientDisconnect) -> Response:
        """Nobody hears this answer: whoever sent the body hung up in the middle of it."""
        return problem_response(request, _Unreadable())

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

    app.add_middleware(Door, most_json=MOST_JSON, most_file=app.state.settings.max_file_bytes)
    app.add_middleware(RequestId)


def _expected_type(request: Request) -> str | None:
    """The media type that the operation takes, where another came: whatever else was found wrong
    with the body follows from that."""
    field = getattr(request.scope.get("route"), "body_field", None)
    headers = request.headers
    if field is None or not (
        headers.get("content-type") or headers.get("content-length", "0") > "0"
    ):
        return None
    expected = str(field.field_info.media_type)
    sent = headers.get("content-type", "").partition(";")[0].strip().lower()
    as_json = expected == "application/json" and sent.startswith("application/")
    return None if sent == expected or (as_json and sent.endswith("+json")) else expected


def _allowed(app: FastAPI, path: str) -> list[str]:
    """The methods of an address: several operations, each a route of its own, can share one."""
    methods = {
        method.upper()
        for template, operations in app.openapi()["paths"].items()
        if compile_path(template)[0].match(path)
        for method in operations
    }
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


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
