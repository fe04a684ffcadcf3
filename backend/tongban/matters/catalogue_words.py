"""The catalogue files' own words, and the codes that the platform stores."""

from typing import Any

from tongban.matters.schemas import OWN_IDENTITY

HANDLING = {"即办": "direct", "代办": "carried", "备案": "filing"}
CASE_KIND = {"即办件": "immediate", "承诺件": "promised"}
SCOPE = {"本社区": "own_community", "同街": "same_street", "全区": "whole_district"}
_WORDS = {"handling": HANDLING, "case_kind": CASE_KIND, "cross_handling_scope": SCOPE}
MATERIAL_KIND = {
    "原件": "original",
    "复印件": "copy",
    "原件及复印件": "original_and_copy",
    "电子件": "electronic",
}


def translate(data: dict[str, Any]) -> dict[str, Any]:
    """A matter as the files write it, in the platform's codes; unknown words stay as they are,
    so that validation can name them. Codes pass through unchanged."""
    said = {key: _word(words, data[key]) for key, words in _WORDS.items() if key in data}
    if isinstance(data.get("materials"), list):
        said["materials"] = [_material(item) for item in data["materials"]]
    return {**data, **said}


def _material(data: Any) -> Any:
    """Where a file does not say, papers may follow later, proof of identity excepted."""
    if not isinstance(data, dict):
        return data
    papers = data.get("document_kind")
    identity = isinstance(papers, str) and papers in OWN_IDENTITY
    said = {"kind": _word(MATERIAL_KIND, data["kind"])} if "kind" in data else {}
    return {"deferrable": not identity, **data, **said}


def _word(words: dict[str, str], value: Any) -> Any:
    return words.get(value, value) if isinstance(value, str) else value
