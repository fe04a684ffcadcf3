"""Checks before publishing that need no organisations: what a definition says about itself.

The rules of the field (a result named …证 is a licence, no catch-all material, …) are those that
the national catalogue's own platform applies before it lets a matter out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tongban.core.characters import flaw_of
from tongban.core.texts import Text
from tongban.core.validation import pointer
from tongban.matters.places import at, place_in
from tongban.matters.schemas import OWN_IDENTITY, SENSITIVE, Content, FormField

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Errors stop publishing, warnings are shown. `pointer` is a JSON pointer into the content,
    `step` the key of a step of the process where one is meant."""

    code: str
    severity: Severity
    pointer: str
    text: Text
    step: str | None = None
    placed: bool = False
    """The text names its place already."""


_FILLER = r"(的|所需|必要|需要的|需要提供的|相关|有关|证明)*"
_PAPERS = r"(材料|资料|文件|证明|证件)等?(（.*）)?"
_CATCH_ALL = re.compile(
    rf"(有关|相关|必要){_FILLER}{_PAPERS}|(.*[的、，及和或需供交])?其[他它]{_FILLER}{_PAPERS}"
)
_PERSONAL = re.compile(r"身份证号|证件号码|手机号|联系电话|家庭住址|居住地址|户籍地址")
_TEXTS = {
    "duplicate_key": Text("标识“{key}”重复", "The key “{key}” appears twice"),
    "duplicate_option": Text("选项“{option}”重复", "The option “{option}” appears twice"),
    "bounds_crossed": Text("最小值大于最大值", "The minimum is above the maximum"),
    "bounds_unused": Text("只有数字项才有最小值、最大值", "Only numbers have a minimum or maximum"),
    "length_unused": Text("只有文字项才有字数上限", "Only texts have a maximum length"),
    "personal_as_text": Text(
        "“{title}”像是个人信息，请用证件号码、手机号码或地址类型，以便加密保存",
        "“{title}” looks personal; give it a type that is stored encrypted",
    ),
    "visible_if_unknown": Text(
        "显示条件引用的表单项“{key}”不存在", "It is shown by “{key}”, which the form does not have"
    ),
    "visible_if_later": Text(
        "显示条件只能引用排在前面的表单项，“{key}”不在前面",
        "It is shown by “{key}”, which does not come before it",
    ),
    "visible_if_never": Text(
        "“{key}”不可能取该值，此项永远不会显示", "“{key}” never has that value, so it never shows"
    ),
    "catch_all_material": Text(
        "“{name}”是兜底性材料，请列明具体材料", "“{name}” is a catch-all; name the papers"
    ),
    "identity_deferred": Text(
        "“{name}”用于核验身份，不能容缺", "“{name}” proves who applies; it cannot follow later"
    ),
    "licence_expected": Text(
        "结果名称以“证”结尾，结果类型应为证照", "A result named …证 is a licence"
    ),
    "document_expected": Text(
        "结果名称以“文”结尾，结果类型应为文件", "A result named …文 is a document"
    ),
    "visits_without_reason": Text(
        "须到现场 {visits} 次，请说明原因", "{visits} visits are asked for without a reason"
    ),
    "no_way_to_apply": Text(
        "到现场次数为 0 且不能网上办理，应提供邮寄",
        "No visits and not on line: it must be possible by mail",
    ),
    "filing_without_filing": Text(
        "备案事项的流程应以备案环节结束", "A filing matter ends with a filing step"
    ),
    "decision_by_filing": Text(
        "即办、代办事项应由审批环节决定，而不是备案",
        "A direct or carried matter is approved, not filed",
    ),
    "carried_without_runner": Text(
        "代办到区级的事项应有代办环节", "A matter carried to the district has a step that carries"
    ),
    "no_legal_basis": Text("没有填写办理依据", "No legal basis is given"),
}


def finding(
    code: str, pointer: str, severity: Severity = "error", step: str | None = None, **params: object
) -> Finding:
    return Finding(code, severity, pointer, _TEXTS[code].using(**params), step)


def check_content(content: Content, *, inherited_guide: bool) -> list[Finding]:
    """Everything wrong with a definition itself.

    With `inherited_guide`, a reason for visits that is missing is only warned about: the guide
    comes from elsewhere (an imported catalogue, the version in force) and nobody touched it.
    """
    found = [*_form(content.form, "/form"), *_materials(content), *_handling(content)]
    found += [*check_texts(content), *_result(content)]
    found += _guide(content, "warning" if inherited_guide else "error")
    if not content.legal_basis:
        found.append(finding("no_legal_basis", "/legal_basis", "warning"))
    return found


_AT_LENGTH = frozenset(
    {"legal_basis", "conditions", "note", "visits_reason", "hours", "place", "source"}
)
"""What may have several lines; everything else is a name, a key or an option."""


def check_texts(content: Content) -> Iterator[Finding]:
    """Characters that nobody sees, wherever they stand in a definition; see `core.characters`."""
    said = content.model_dump(mode="json")
    for path, code, text in _texts(said, (), one_line=True):
        yield Finding(code, "error", pointer(path), at(place_in(said, path), text), placed=True)


def _texts(
    value: Any, path: tuple[str, ...], *, one_line: bool
) -> Iterator[tuple[tuple[str, ...], str, Text]]:
    if isinstance(value, str):
        flaw = flaw_of(value, one_line=one_line)
        if flaw is not None:
            yield path, *flaw
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _texts(part, (*path, key), one_line=key not in _AT_LENGTH)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _texts(part, (*path, str(index)), one_line=one_line)


def _form(fields: Sequence[FormField], at: str) -> Iterator[Finding]:
    for key, index in _repeated([field.key for field in fields]):
        yield finding("duplicate_key", f"{at}/{index}/key", key=key)
    for index, field in enumerate(fields):
        here = f"{at}/{index}"
        yield from _field(field, here)
        yield from _condition(field, fields, index, here)
        yield from _form(field.items or [], f"{here}/items")


def _field(field: FormField, at: str) -> Iterator[Finding]:
    for option, index in _repeated(field.enum or []):
        yield finding("duplicate_option", f"{at}/enum/{index}", option=option)
    low, high = field.minimum, field.maximum
    numeric = field.type in ("integer", "number")
    if not numeric and (low is not None or high is not None):
        yield finding("bounds_unused", at, "warning")
    elif low is not None and high is not None and low > high:
        yield finding("bounds_crossed", f"{at}/minimum")
    if field.type == "string" and _PERSONAL.search(field.title):
        yield finding("personal_as_text", f"{at}/type", "warning", title=field.title)
    if field.maxLength is not None and field.type not in ("string", *SENSITIVE):
        yield finding("length_unused", f"{at}/maxLength", "warning")


def _condition(
    field: FormField, fields: Sequence[FormField], index: int, at: str
) -> Iterator[Finding]:
    condition = field.visible_if
    if condition is None:
        return
    key, where = condition.field, f"{at}/visible_if/field"
    known = {other.key: place for place, other in reversed(list(enumerate(fields)))}
    if key not in known:
        yield finding("visible_if_unknown", where, key=key)
    elif known[key] >= index:
        yield finding("visible_if_later", where, key=key)
    elif not _can_be(fields[known[key]], condition.equals):
        yield finding("visible_if_never", f"{at}/visible_if/equals", key=key)


def _can_be(field: FormField, value: str | bool | int | float) -> bool:
    match field.type:
        case "boolean":
            return isinstance(value, bool)
        case "enum":
            return value in (field.enum or [])
        case "integer":
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return number and float(value).is_integer()
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "array":
            return False
        case _:
            return isinstance(value, str)


def _materials(content: Content) -> Iterator[Finding]:
    for key, index in _repeated([material.key for material in content.materials]):
        yield finding("duplicate_key", f"/materials/{index}/key", key=key)
    for index, material in enumerate(content.materials):
        if is_catch_all(material.name):
            at = f"/materials/{index}/name"
            yield finding("catch_all_material", at, name=material.name)
        if material.deferrable and material.document_kind in OWN_IDENTITY:
            at = f"/materials/{index}/deferrable"
            yield finding("identity_deferred", at, name=material.name)


def is_catch_all(name: str) -> bool:
    """Whether a material's name lets a counter ask for anything: 其他材料, 其他相关证明材料, …"""
    return _CATCH_ALL.fullmatch(name) is not None


def _handling(content: Content) -> Iterator[Finding]:
    functions = [step.function for step in content.process]
    last = next((f for f in reversed(functions) if f in ("approve", "file")), None)
    if content.handling == "filing" and last == "approve":
        yield finding("filing_without_filing", "/process")
    elif content.handling != "filing" and last == "file":
        yield finding("decision_by_filing", "/process")
    far = content.approving_unit.level == "district"
    if content.handling == "carried" and far and "carry_out" not in functions:
        yield finding("carried_without_runner", "/process", "warning")


def _result(content: Content) -> Iterator[Finding]:
    name, kind = content.result.name, content.result.kind
    if name.endswith("证") and kind != "licence":
        yield finding("licence_expected", "/result/kind")
    if name.endswith("文") and kind != "document":
        yield finding("document_expected", "/result/kind")


def _guide(content: Content, severity: Severity) -> Iterator[Finding]:
    guide = content.guide
    if guide.visits and not guide.visits_reason:
        at = "/guide/visits_reason"
        yield finding("visits_without_reason", at, severity, visits=guide.visits)
    if not guide.visits and not content.online_pre_review and not guide.mail:
        yield finding("no_way_to_apply", "/guide/mail")


def _repeated(keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Keys that were there before, with the place of the repetition."""
    seen: Counter[str] = Counter()
    for index, key in enumerate(keys):
        if seen[key]:
            yield key, index
        seen[key] += 1
