"""What counters call all day is served as FastAPI would serve it, and in an order that holds
nothing while a client is slow."""

from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from fastapi import Cookie, Depends, FastAPI, Request, Response
from fastapi.openapi.models import HTTPBearer
from pydantic import BaseModel

from tongban.core.hot import Asking
from tongban.core.http import Router

NOTES: list[str] = []


class Noting(Asking):
    """Notes when it is entered and left, and how."""

    model = HTTPBearer()
    scheme_name = "noting"

    @asynccontextmanager
    async def opened(self, request: Request) -> AsyncIterator[str]:
        NOTES.append("entered")
        try:
            yield "given"
        except BaseException as error:
            NOTES.append(f"left by {type(error).__name__}")
            raise
        NOTES.append("left")


Given = Annotated[str, Depends(Noting())]


class Body(BaseModel):
    word: str


class Answer(BaseModel):
    told: str


router = Router(below="")


@router.post("/tell/{name}", status_code=201)
async def tell(name: str, body: Body, given: Given, response: Response) -> Answer:
    NOTES.append("told")
    response.headers["X-Told"] = name
    if body.word == "break":
        raise LookupError
    return Answer(told=f"{given} {name} {body.word}")


async def _post(pieces: list[bytes]) -> list[dict[str, Any]]:
    """What the application sends; notes tell when a piece was read and when the answer began."""
    app = FastAPI()
    app.router.routes += router.routes
    waiting = list(pieces)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        NOTES.append("piece")
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    async def send(message: MutableMapping[str, Any]) -> None:
        NOTES.append(message["type"].rpartition(".")[2])
        sent.append(dict(message))

    NOTES.clear()
    scope = {"type": "http", "method": "POST", "path": "/tell/window", "query_string": b""}
    headers = [(b"content-type", b"application/json")]
    await app({**scope, "root_path": "", "headers": headers}, receive, send)
    return sent


async def test_nothing_is_held_while_the_body_comes_or_the_answer_goes() -> None:
    start, body = await _post([b'{"word": ', b'"hello"}'])
    assert NOTES == ["piece", "piece", "entered", "told", "left", "start", "body"]
    assert start["status"] == 201
    assert dict(start["headers"]) == {
        b"content-type": b"application/json",
        b"content-length": b"29",
        b"x-told": b"window",
    }
    assert body["body"] == b'{"told":"given window hello"}'


async def test_what_fails_leaves_by_its_error() -> None:
    with pytest.raises(LookupError):
        await _post([b'{"word": "break"}'])
    assert NOTES[:4] == ["piece", "entered", "told", "left by LookupError"]


async def test_who_is_asking_comes_before_what_is_wrong() -> None:
    start, _ = await _post([b'{"word": 1}'])
    assert NOTES[:3] == ["piece", "entered", "left by RequestValidationError"]
    assert start["status"] == 422


def test_what_cannot_be_served_is_refused_when_it_is_declared() -> None:
    async def with_cookie(given: Given, taste: Annotated[str, Cookie()]) -> Answer:
        return Answer(told=given + taste)

    async def with_another(given: Given, other: Given) -> Answer:
        return Answer(told=given + other)

    async def without_model(given: Given) -> None:
        return None

    for operation in (with_cookie, with_another, without_model):
        with pytest.raises(TypeError, match="Asking"):
            Router().add_api_route("/refused", operation)
