"""Operations that counters call all day, served without FastAPI's solving of dependencies.

FastAPI reads such an operation's signature, as any other's: the contract, the checks and the
pointers are those of all operations. But it walks through that signature anew for every request,
which took a sixth of the answer to a read. An operation that takes an `Asking` is served along the
way found once, when it is declared.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from json import JSONDecodeError
from operator import attrgetter
from typing import Any

from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from pydantic_core import PydanticUndefined
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send


class Asking(SecurityBase, ABC):
    """The dependency that gives an operation what it works with: a context, entered before what is
    asked is looked at and left before the answer goes out. To be used with `Depends`."""

    @abstractmethod
    def opened(self, request: Request) -> AbstractAsyncContextManager[Any]:
        """What the operation is given. Raises problems."""

    def __call__(self) -> None:
        """FastAPI wants something to call; what takes an `Asking` is not served by it."""
        raise TypeError("an operation with an Asking, outside of core.http.Router")


def asks(route: APIRoute) -> bool:
    """Whether the operation is to be served by this module."""
    return any(isinstance(found.call, Asking) for found in route.dependant.dependencies)


def served(route: APIRoute, request_class: type[Request]) -> ASGIApp:
    """The operation. It takes an `Asking`, parameters of path, query and headers, at most one body
    as JSON, a `Response` to set headers on; it returns its declared model."""
    takes = route.dependant
    operation: Callable[..., Awaitable[Any]] = route.endpoint
    asking, given_as = takes.dependencies[0].call, takes.dependencies[0].name
    answer = route.response_field
    if (
        not isinstance(asking, Asking)
        or given_as is None
        or len(takes.dependencies) > 1
        or takes.cookie_params
        or answer is None
    ):
        raise TypeError(f"{route.path}: beside an Asking, not all of this can be served")
    status = route.status_code or 200
    parameters = [
        (takes.query_params, attrgetter("query_params")),
        (takes.header_params, attrgetter("headers")),
    ]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        request = request_class(scope, receive)
        body = await _body(request) if takes.body_params else None
        response = Response(status_code=status, media_type="application/json")
        async with asking.opened(request) as given:
            values: dict[str, Any] = {given_as: given}
            errors: list[Any] = []
            for field in takes.path_params:
                place = ("path", field.alias)
                values[field.name], wrong = field.validate(
                    scope["path_params"][field.alias], loc=place
                )
                errors += wrong
            for fields, found in parameters:
                if fields:
                    read, wrong = request_params_to_args(fields, found(request))
                    values.update(read)
                    errors += wrong
            if takes.body_params:
                read, wrong = await request_body_to_args(takes.body_params, body, False)
                values.update(read)
                errors += wrong
            if errors:
                raise RequestValidationError(errors, body=body)
            if takes.response_param_name:
                values[takes.response_param_name] = response
            result = await operation(**values)
        response.body = answer.serialize_json(result)
        response.headers["Content-Length"] = str(len(response.body))
        await response(scope, receive, send)

    return serve


async def _body(request: Request) -> Any:
    """The body as FastAPI hands it on: parsed where it says that it is JSON."""
    try:
        raw = await request.body()
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        as_json = media == "application/json" or (
            media.startswith("application/") and media.endswith("+json")
        )
        return await request.json() if raw and as_json else raw or PydanticUndefined
    except JSONDecodeError as error:
        wrong = {"type": "json_invalid", "loc": ("body", error.pos), "ctx": {"error": error.msg}}
        raise RequestValidationError([wrong]) from error
    except (HTTPException, ClientDisconnect):
        raise
    except Exception as error:  # not UTF-8, nested too deep for the parser
        raise HTTPException(400) from error
