"""Applications that a matter accepts, made from its own definition."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

import tongban.data

APPLICANT_ID = "110102194001011230"
OTHER_ID = "110102195203043219"
MOBILE = "13910234567"


@lru_cache
def catalogue() -> dict[str, dict[str, Any]]:
    """The packaged matters by code."""
    file = Path(tongban.data.__file__).parent / "matters.json"
    return {matter["code"]: matter for matter in orjson.loads(file.read_bytes())}


def application(code: str, home: str, **overrides: Any) -> dict[str, Any]:
    """A complete application for a matter: every field filled in, every material brought."""
    matter = catalogue()[code]
    body = {
        "matter_code": code,
        "home_code": home,
        "applicant": {
            "kind": "person",
            "name": "王秀兰",
            "id_number": APPLICANT_ID,
            "mobile": MOBILE,
            "address": "北京市西城区德胜门外大街甲10号2单元301",
        },
        "form": form(matter["form"]),
        "materials": [
            {"key": material["key"], "received": True}
            for material in matter["materials"]
            if material["required"]
        ],
        "submit": True,
    }
    return body | overrides


def form(fields: list[dict[str, Any]]) -> dict[str, Any]:
    """A value for every field that is shown."""
    filled: dict[str, Any] = {}
    for field in fields:
        shown_if = field.get("visible_if")
        if shown_if is None or filled.get(shown_if["field"]) == shown_if["equals"]:
            filled[field["key"]] = _value(field)
    return filled


def _value(field: dict[str, Any]) -> Any:
    match field["type"]:
        case "string":
            return "测试内容"[: field.get("maxLength", 4)]
        case "enum":
            return field["enum"][0]
        case "boolean":
            return True
        case "date":
            return date(2026, 9, 1).isoformat()
        case "integer" | "number":
            return field.get("minimum", field.get("maximum", 1))
        case "address":
            return "北京市西城区新街口北大街8号"
        case "id_number":
            return OTHER_ID
        case "mobile":
            return "13800001111"
        case "array":
            return [form(field["items"])]
        case other:
            raise AssertionError(f"unknown field type {other}")
