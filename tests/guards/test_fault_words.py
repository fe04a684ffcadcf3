"""Staff read of a device's fault what the bridge itself says, in both languages."""

import json
import re

import pytest

from tests.support.database import ROOT
from tongban_bridge.faults import known_codes, message

LOCALES = ROOT / "frontend-staff" / "src" / "locales"
ENTRY = re.compile(r"^  (\w+): (\".*\"),$", re.MULTILINE)


@pytest.mark.parametrize(("language", "place"), [("zh-CN", 0), ("en", 1)])
def test_faults_are_worded_alike(language: str, place: int) -> None:
    text = (LOCALES / language / "faults.ts").read_text(encoding="utf-8")
    shown = {code: json.loads(words) for code, words in ENTRY.findall(text)}
    assert shown == {code: message(code)[place] for code in known_codes()}
