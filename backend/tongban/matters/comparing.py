"""Two versions side by side, field by field, in words a person can read."""

from collections.abc import Iterator
from typing import Any

from tongban.matters.answers import Change
from tongban.matters.schemas import Content

LABELS = {
    "national_code": "国家编码",
    "name": "名称",
    "level": "层级",
    "category": "类别",
    "power_type": "事项类型",
    "handling": "办理方式",
    "approving_unit": "决定机构",
    "statutory_days": "法定时限",
    "promised_days": "承诺时限",
    "case_kind": "办件类型",
    "cross_handling_scope": "通办范围",
    "home_basis": "属地依据",
    "acceptance_mode": "收受方式",
    "online_pre_review": "网上预审",
    "applicant_kinds": "申请人类型",
    "fee": "收费",
    "legal_basis": "办理依据",
    "conditions": "受理条件",
    "materials": "材料",
    "form": "表单",
    "process": "流程",
    "result": "办理结果",
    "guide": "办事指南",
    "missed_promise_action": "容缺逾期处理",
    "extension_days_max": "最长延期",
    "retention_years": "保存年限",
    "source": "来源",
}
_KEYED = {"materials", "form", "process"}


def compare(before: Content, after: Content) -> list[Change]:
    """Every difference. Materials, fields and steps are matched by their keys, not by place."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return [
        change
        for name in new
        for change in _changes(f"/{name}", LABELS.get(name, name), old.get(name), new[name], name)
    ]


def _changes(pointer: str, label: str, before: Any, after: Any, name: str = "") -> Iterator[Change]:
    if before == after:
        return
    if name in _KEYED:
        yield from _keyed(pointer, label, before, after)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            yield from _changes(
                f"{pointer}/{key}", f"{label} · {key}", before.get(key), after.get(key)
            )
    else:
        yield Change(pointer=pointer, label=label, before=before, after=after)


def _keyed(
    pointer: str, label: str, before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> Iterator[Change]:
    old, new = ({item["key"]: item for item in items} for items in (before, after))
    for key in {**old, **new}:
        item = new.get(key) or old[key]
        title = item.get("name") or item.get("title") or key
        yield from _changes(f"{pointer}/{key}", f"{label} · {title}", old.get(key), new.get(key))
    shared_before = [key for key in old if key in new]
    shared_after = [key for key in new if key in old]
    if shared_before != shared_after:
        yield Change(
            pointer=pointer, label=f"{label} · 顺序", before=shared_before, after=shared_after
        )
