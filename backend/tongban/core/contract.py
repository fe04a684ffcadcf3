"""The OpenAPI document: what FastAPI derives, with failures described as they are answered."""

from typing import Any

from fastapi import FastAPI

PROBLEM = "Problem"
_PROBLEM_JSON = {
    "application/problem+json": {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}
}
_TEXT = {"type": "string"}
_SCHEMA = {
    "title": PROBLEM,
    "description": "Problem details (RFC 9457). `code` is stable, texts are for the caller.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "code", "request_id"), _TEXT),
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": dict.fromkeys(("pointer", "code", "message"), _TEXT),
            },
        },
    },
}


def install(app: FastAPI) -> None:
    """Make `app.openapi()` tell of problems: the declared ones by their codes, any other failure
    as the operation's default answer."""
    derive = app.openapi

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = derive()
            document["components"]["schemas"][PROBLEM] = _SCHEMA
            for path in document["paths"].values():
                for operation in path.values():
                    _describe(operation["responses"])
            for unused in ("HTTPValidationError", "ValidationError"):
                document["components"]["schemas"].pop(unused, None)
        return app.openapi_schema or {}

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's documented way


def _describe(responses: dict[str, Any]) -> None:
    for status, answer in responses.items():
        if status >= "400":
            answer["content"] = _PROBLEM_JSON
            if answer["description"] == "Validation Error":
                answer["description"] = "invalid"
    responses["default"] = {"description": "Any other problem", "content": _PROBLEM_JSON}
