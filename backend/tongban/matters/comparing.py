"""Two versions side by side, field by field, in words a person can read."""

from collections.abc import Iterator, Mapping
from typing import Any

from tongban.core.texts import Language, Text
from tongban.matters.answers import Change
from tongban.matters.schemas import Content

LABELS: Mapping[str, Text] = {
    "code": Text("事项编码", "Code"),
    "national_code": Text("国家编码", "National code"),
    "name": Text("名称", "Name"),
    "level": Text("层级", "Level"),
    "category": Text("类别", "Category"),
    "power_type": Text("事项类型", "Type of matter"),
    "handling": Text("办理方式", "Handling"),
    "approving_unit": Text("决定机构", "Deciding unit"),
    "statutory_days": Text("法定时限", "Statutory days"),
    "promised_days": Text("承诺时限", "Promised days"),
    "case_kind": Text("办件类型", "Kind of case"),
    "cross_handling_scope": Text("通办范围", "Scope"),
    "home_basis": Text("属地依据", "Basis of home"),
    "acceptance_mode": Text("收受方式", "Mode of acceptance"),
    "online_pre_review": Text("网上预审", "On-line pre-review"),
    "applicant_kinds": Text("申请人类型", "Applicants"),
    "fee": Text("收费", "Fee"),
    "legal_basis": Text("办理依据", "Legal basis"),
    "conditions": Text("受理条件", "Conditions"),
    "materials": Text("材料", "Materials"),
    "form": Text("表单", "Form"),
    "process": Text("流程", "Process"),
    "result": Text("办理结果", "Result"),
    "guide": Text("办事指南", "Guide"),
    "missed_promise_action": Text("容缺逾期处理", "When a promise is missed"),
    "suspension_reasons": Text("可用的特别程序", "Special procedures"),
    "extension_days_max": Text("最长延期", "Longest extension"),
    "retention_years": Text("保存年限", "Years kept"),
    "source": Text("来源", "Source"),
}
PARTS: Mapping[str, Text] = {
    "key": Text("标识", "Key"),
    "title": Text("标题", "Title"),
    "type": Text("类型", "Type"),
    "required": Text("是否必填", "Required"),
    "enum": Text("选项", "Options"),
    "minimum": Text("最小值", "Minimum"),
    "maximum": Text("最大值", "Maximum"),
    "maxLength": Text("字数上限", "Maximum length"),
    "visible_if": Text("显示条件", "Shown if"),
    "items": Text("各列", "Columns"),
    "field": Text("表单项", "Field"),
    "equals": Text("取值", "Value"),
    "name": Text("名称", "Name"),
    "kind": Text("形式", "Kind"),
    "copies": Text("份数", "Copies"),
    "document_kind": Text("证件种类", "Kind of document"),
    "e_licence": Text("电子证照", "Electronic licence"),
    "deferrable": Text("可容缺", "May follow later"),
    "note": Text("说明", "Note"),
    "function": Text("环节类型", "Function"),
    "unit": Text("办理机构", "Unit"),
    "role": Text("角色", "Role"),
    "limit_days": Text("时限", "Limit"),
    "condition": Text("条件", "Condition"),
    "parallel_group": Text("并联组", "Parallel group"),
    "level": Text("层级", "Level"),
    "visits": Text("到现场次数", "Visits"),
    "visits_reason": Text("到现场原因", "Why visits"),
    "mail": Text("邮寄", "By mail"),
    "hours": Text("办理时间", "Hours"),
    "place": Text("办理地点", "Place"),
    "telephone": Text("咨询电话", "Telephone"),
}
_ORDER = Text("顺序", "Order")
_KEYED = {"materials", "form", "process", "items"}


def compare(before: Content, after: Content, language: Language = "zh") -> list[Change]:
    """Every difference. Materials, fields and steps are matched by their keys, not by place;
    a draft in which a key stands twice is compared by place."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return [
        change
        for name in new
        for change in _changes(
            f"/{name}", LABELS[name].say(language), old.get(name), new[name], language
        )
    ]


def _changes(
    pointer: str, label: str, before: Any, after: Any, language: Language
) -> Iterator[Change]:
    if before == after:
        return
    if pointer.rsplit("/", maxsplit=1)[-1] in _KEYED and _has_keys(before) and _has_keys(after):
        yield from _keyed(pointer, label, before, after, language)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            part = PARTS[key].say(language) if key in PARTS else key
            yield from _changes(
                f"{pointer}/{key}", f"{label} · {part}", before.get(key), after.get(key), language
            )
    else:
        yield Change(pointer=pointer, label=label, before=before, after=after)


def _has_keys(items: Any) -> bool:
    return isinstance(items, list) and len({item["key"] for item in items}) == len(items)


def _keyed(
    pointer: str,
    label: str,
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    language: Language,
) -> Iterator[Change]:
    old, new = ({item["key"]: item for item in items} for items in (before, after))
    for key in {**old, **new}:
        item = new.get(key) or old[key]
        title = item.get("name") or item.get("title") or key
        at = f"{pointer}/{key}"
        yield from _changes(at, f"{label} · {title}", old.get(key), new.get(key), language)
    shared_before = [key for key in old if key in new]
    shared_after = [key for key in new if key in old]
    if shared_before != shared_after:
        ordered = f"{label} · {_ORDER.say(language)}"
        yield Change(pointer=pointer, label=ordered, before=shared_before, after=shared_after)
