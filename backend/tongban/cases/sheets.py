"""The ledger and the case query as Excel sheets."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from tongban.cases import schemas as s
from tongban.cases.archives.schemas import DisposalCase, DisposalDetail
from tongban.core.spreadsheet import Column, Row, Subtotal, write_xlsx

STATUS = {
    "draft": "草稿",
    "submitted": "已提交",
    "pre_review_passed": "预审通过",
    "received": "已收件",
    "accepted": "已受理",
    "not_accepted": "不予受理",
    "in_process": "办理中",
    "concluded": "已办结",
    "issued": "已出件",
    "archived": "已归档",
    "withdrawn": "已撤回",
    "terminated": "已终止",
}
OUTCOME = {"approved": "准予", "denied": "不予批准", "filed": "已备案", "forwarded": "已转报"}
CROSS_HANDLING = {
    "none": "",
    "same_street": "同街通办",
    "street_community": "街居通办",
    "street_street": "街街通办",
    "community_community": "居居通办",
}

_CASE_COLUMNS = [
    Column("number", "办件编号", width=26),
    Column("matter", "事项", width=28),
    Column("applicant", "申请人", width=14),
    Column("id_number", "证件号码", width=22),
    Column("status", "状态", width=10),
    Column("outcome", "结果", width=8),
    Column("accepting", "受理单位", width=26),
    Column("home", "户籍或居住社区", width=18),
    Column("deciding", "决定单位", width=26),
    Column("cross_handling", "通办", width=12),
    Column("registered_by", "登记人", width=10),
    Column("registered_at", "登记时间", "moment"),
    Column("due_on", "办理期限", "date"),
    Column("concluded_at", "办结时间", "moment"),
]


def cases(rows: Iterable[s.CaseRow]) -> bytes:
    """The case query, one line a case; personal numbers stay masked."""
    target = BytesIO()
    write_xlsx(target, _CASE_COLUMNS, map(_case, rows), title="办件查询结果")
    return target.getvalue()


def _case(row: s.CaseRow) -> dict[str, Any]:
    return {
        "number": row.number or "",
        "matter": row.matter_name,
        "applicant": row.applicant.name,
        "id_number": row.applicant.id_number,
        "status": STATUS[row.status],
        "outcome": OUTCOME[row.outcome] if row.outcome else "",
        "accepting": row.accepting.name,
        "home": row.home.name,
        "deciding": row.deciding.name if row.deciding else "",
        "cross_handling": CROSS_HANDLING[row.cross_handling],
        "registered_by": row.registered_by.name,
        "registered_at": row.registered_at,
        "due_on": row.due_on,
        "concluded_at": row.concluded_at,
    }


_DISPOSAL_COLUMNS = [
    Column("place", "序号", "integer", width=6),
    Column("number", "办件编号", width=26),
    Column("matter", "事项", width=28),
    Column("responsible", "责任机构", width=24),
    Column("archived_at", "归档时间", "moment"),
    Column("retain_until", "保管期限至", "date"),
    Column("digest", "归档包摘要 SM3", width=34),
    Column("head_hash", "办理记录摘要 SM3", width=34),
    Column("disposed_at", "销毁时间", "moment"),
]


_DISPOSAL_STATES = {
    "proposed": "待审批，尚未销毁",
    "approved": "已批准，正在销毁",
    "rejected": "未批准，不予销毁",
    "done": "已销毁",
}


def disposal(record: DisposalDetail) -> bytes:
    """销毁清册: what was destroyed, or is to be."""
    target = BytesIO()
    lines = [f"{record.organisation.name}　提出：{record.proposed_by.name}　鉴定：{record.reason}"]
    if record.decided_by:
        lines.append(f"审批：{record.decided_by.name}　意见：{record.opinion}")
    lines.append(f"状态：{_DISPOSAL_STATES[record.state]}")
    write_xlsx(
        target,
        _DISPOSAL_COLUMNS,
        (_disposed(place, item) for place, item in enumerate(record.items, 1)),
        title="电子档案销毁清册",
        subtitle="　".join(lines),
    )
    return target.getvalue()


def _disposed(place: int, item: DisposalCase) -> dict[str, Any]:
    return {
        "place": place,
        "number": item.number,
        "matter": item.matter_name,
        "responsible": item.responsible.name,
        "archived_at": item.archived_at,
        "retain_until": item.retain_until,
        "digest": item.digest or "",
        "head_hash": item.head_hash,
        "disposed_at": item.disposed_at,
    }


_DIMENSIONS = {
    "period": Column("period", "日期", "date"),
    "matter": Column("matter", "事项", width=28),
    "organisation": Column("organisation", "受理单位", width=24),
    "clerk": Column("clerk", "登记人", width=12),
}
_COUNTS = [
    Column("registered", "登记", "integer"),
    Column("accepted", "受理", "integer"),
    Column("not_accepted", "不予受理", "integer"),
    Column("in_process", "在办", "integer"),
    Column("approved", "准予", "integer"),
    Column("denied", "不予批准", "integer"),
    Column("filed", "备案", "integer"),
    Column("withdrawn", "撤回", "integer"),
    Column("terminated", "终止", "integer"),
    Column("cross_handled", "通办", "integer"),
    Column("overdue", "超期", "integer"),
]


def ledger(book: s.LedgerOut) -> bytes:
    """The ledger with each subtotal in front of what it sums up; the total comes last."""
    target = BytesIO()
    total = next((row for row in book.rows if row.level == 0), None)
    write_xlsx(
        target,
        [*(_DIMENSIONS[name] for name in book.group_by), *_COUNTS],
        _ledger_rows(book),
        title="办事台帐",
        subtitle=f"{book.from_date} 至 {book.to_date}",
        totals=_ledger_cells(total, book.group_by, "合计") if total else None,
    )
    return target.getvalue()


def _ledger_rows(book: s.LedgerOut) -> Iterator[Row]:
    for row in book.rows:
        if row.level == len(book.group_by):
            yield _ledger_cells(row, book.group_by, "")
        elif row.level:
            yield Subtotal(_ledger_cells(row, book.group_by, "小计"))


def _ledger_cells(row: s.LedgerRow, group_by: list[str], label: str) -> dict[str, Any]:
    cells: dict[str, Any] = {
        "period": row.period,
        "matter": row.matter_name,
        "organisation": row.organisation.name if row.organisation else None,
        "clerk": row.clerk.name if row.clerk else None,
        **{column.key: getattr(row, column.key) for column in _COUNTS},
    }
    if label:
        cells[group_by[row.level]] = label
    return cells
