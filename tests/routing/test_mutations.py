"""Definitions as editors and files may send them: each gets a judgement in words."""

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.rules.catalogue import real_tree, staffed_everywhere
from tests.support.applications import catalogue, form
from tongban.core.texts import Language
from tongban.core.validation import field_errors
from tongban.matters.comparing import compare
from tongban.matters.forms import validate_form
from tongban.matters.importing import read_matters
from tongban.matters.schemas import Content, Version
from tongban.routing.publishing import check

CONTENTS = [content.model_dump(mode="json") for content in read_matters([*catalogue().values()])]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
WORDS = ("accept", "approve", "home_hall", "district:区民政局", "home_street:民政科", "甲", "a", "")
plain = st.none() | st.booleans() | st.integers(-3, 400) | st.sampled_from(WORDS)
comparison = st.fixed_dictionaries(
    {"field": st.sampled_from(("register_stage", "child_order", "a"))},
    optional={"equals": plain, "gt": plain, "in": st.lists(plain, max_size=3)},
)
conditions = st.recursive(
    comparison,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=6,
)
values = plain | conditions | st.lists(plain, max_size=3)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A matter of the catalogue with one to three places changed, doubled or left out."""
    content: dict[str, Any] = deepcopy(draw(st.sampled_from(CONTENTS)))
    parts = [content, *content["process"], *content["form"]]
    for _ in range(draw(st.integers(1, 3))):
        here = draw(st.sampled_from(parts))
        key = draw(st.sampled_from(sorted(here)))
        kept = here[key]
        if isinstance(kept, list) and kept and draw(st.booleans()):
            index = draw(st.integers(0, len(kept) - 1))
            changed = ([*kept, kept[index]], kept[:index], kept[::-1])
            here[key] = draw(st.sampled_from(changed))
        else:
            here[key] = draw(values)
    return content


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_whatever_is_sent_gets_a_judgement(data: dict[str, Any]) -> None:
    try:
        content = Content.model_validate(data)
    except ValidationError as error:
        wrongs = field_errors(error.errors())
        said = [wrong.render(language) for wrong in wrongs for language in LANGUAGES]
        assert all(wrong["message"] and "…" not in wrong["message"] for wrong in said), said
        return
    found = check(content, real_tree(), staffed_everywhere(), inherited_guide=True)
    for finding in found:
        assert finding.text.say("zh")
        assert "{" not in finding.text.say("en")
        assert resolves(data, finding.pointer), finding
    before = Content.model_validate(CONTENTS[0] | {"code": content.code})
    assert compare(content, content) == []
    compare(before, content, "en")
    validate_form(Version(1, 1, 0, content), {})


def resolves(data: Any, pointer: str) -> bool:
    """Whether a pointer names a place of the content, or something that could stand there."""
    parts = pointer.split("/")[1:]
    for part in parts[:-1]:
        if isinstance(data, list):
            if not part.isdigit() or int(part) >= len(data):
                return False
            data = data[int(part)]
        elif isinstance(data, dict):
            if part not in data:
                return False
            data = data[part]
        else:
            return False
    return True


def test_a_complete_sample_of_every_matter_fits_its_exported_form() -> None:
    for data in CONTENTS:
        version = Version(1, 1, 1, Content.model_validate(data))
        values = form([{k: v for k, v in f.items() if v is not None} for f in data["form"]])
        assert validate_form(version, values)[1] == []
