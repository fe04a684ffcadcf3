"""Applications that a matter accepts, made from its own definition."""

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


_PLAIN = {
    "boolean": True,
    "date": "2026-09-01",
    "address": "北京市西城区新街口北大街8号",
    "id_number": OTHER_ID,
    "mobile": "13800001111",
}


def _value(field: dict[str, Any]) -> Any:
    kind = field["type"]
    if kind == "enum":
        return field["enum"][0]
    if kind == "array":
        return [form(field["items"])]
    if kind in ("integer", "number"):
        return field.get("minimum", field.get("maximum", 1))
    if kind == "string":
        return "测试内容"[: field.get("maxLength", 4)]
    return _PLAIN[kind]
