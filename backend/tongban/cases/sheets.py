"""The ledger and the case query as Excel sheets."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any, Literal

from tongban.cases import schemas as s
from tongban.cases.archives.schemas import DisposalCase, DisposalDetail
from tongban.cases.documents.wording import CASE_KINDS, HANDLINGS
from tongban.core.spreadsheet import Cell, Column, Row, Subtotal, write_xlsx

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

LINKAGE = {
    "none": "",
    "street_community": "街居二级联动",
    "district_street": "区街二级联动",
    "three_level": "区街居三级联动",
}
CHANNEL = {"counter": "窗口", "online": "网上"}

CaseColumn = Literal[
    "number",
    "matter",
    "applicant",
    "id_number",
    "mobile",
    "status",
    "outcome",
    "accepting",
    "home",
    "responsible",
    "deciding",
    "channel",
    "handling",
    "case_kind",
    "cross_handling",
    "linkage",
    "registered_by",
    "registered",
    "due",
    "concluded",
]
_CASE_COLUMNS: dict[CaseColumn, tuple[Column, Callable[[s.CaseRow], Cell]]] = {
    "number": (Column("number", "办件编号", width=26), lambda row: row.number),
    "matter": (Column("matter", "事项", width=28), lambda row: row.matter_name),
    "applicant": (Column("applicant", "申请人", width=14), lambda row: row.applicant.name),
    "id_number": (Column("id_number", "证件号码", width=22), lambda row: row.applicant.id_number),
    "mobile": (Column("mobile", "联系电话", width=14), lambda row: row.applicant.mobile),
    "status": (Column("status", "状态", width=10), lambda row: STATUS[row.status]),
    "outcome": (
        Column("outcome", "结果", width=8),
        lambda row: OUTCOME[row.outcome] if row.outcome else None,
    ),
    "accepting": (Column("accepting", "受理单位", width=26), lambda row: row.accepting.name),
    "home": (Column("home", "户籍或居住社区", width=18), lambda row: row.home.name),
    "responsible": (Column("responsible", "责任单位", width=26), lambda row: row.responsible.name),
    "deciding": (
        Column("deciding", "决定单位", width=26),
        lambda row: row.deciding.name if row.deciding else None,
    ),
    "channel": (Column("channel", "渠道", width=8), lambda row: CHANNEL[row.channel]),
    "handling": (Column("handling", "办理方式", width=10), lambda row: HANDLINGS[row.handling]),
    "case_kind": (Column("case_kind", "办件类型", width=10), lambda row: CASE_KINDS[row.case_kind]),
    "cross_handling": (
        Column("cross_handling", "通办", width=12),
        lambda row: CROSS_HANDLING[row.cross_handling],
    ),
    "linkage": (Column("linkage", "联动", width=16), lambda row: LINKAGE[row.linkage]),
    "registered_by": (Column("registered_by", "登记人", width=10), lambda r: r.registered_by.name),
    "registered": (Column("registered", "登记时间", "moment"), lambda row: row.registered_at),
    "due": (Column("due", "办理期限", "date"), lambda row: row.due_on),
    "concluded": (Column("concluded", "办结时间", "moment"), lambda row: row.concluded_at),
}
_USUAL: tuple[CaseColumn, ...] = (
    "number",
    "matter",
    "applicant",
    "id_number",
    "status",
    "outcome",
    "accepting",
    "home",
    "deciding",
    "cross_handling",
    "registered_by",
    "registered",
    "due",
    "concluded",
)


def cases(rows: Iterable[s.CaseRow], names: Sequence[CaseColumn] = ()) -> bytes:
    """The case query, one line a case, in the columns named or else the usual ones; personal
    numbers stay masked."""
    chosen = [_CASE_COLUMNS[name] for name in names or _USUAL]
    target = BytesIO()
    write_xlsx(
        target,
        [column for column, _ in chosen],
        ({column.key: value(row) for column, value in chosen} for row in rows),
        title="办件查询结果",
    )
    return target.getvalue()


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
    Column("forwarded", "转报", "integer"),
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
