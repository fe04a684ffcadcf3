"""Expected failures around cases."""

from typing import Any

from tongban.core import problems
from tongban.core.problems import AtField, Problem
from tongban.core.texts import Language, Text
from tongban.matters import problems as matters
from tongban.organisations import problems as organisations

UnknownMatter = matters.UnknownMatter
UnknownOrganisation = organisations.UnknownOrganisation


class NotACommunity(AtField):
    status = 422
    code = "not_a_community"
    title = Text(
        "户籍地或居住地须填到社区（12 位代码）", "Home must be a community (a 12-digit code)"
    )


class HomeSwitchedOff(AtField):
    status = 422
    code = "home_switched_off"
    title = Text(
        "{home}已停用，不再办理业务：请选择居民现在所属的社区",
        "{home} is switched off and handles nothing: choose the community that serves there now",
    )


class NotYourCounter(AtField):
    status = 403
    code = "not_your_counter"
    title = Text("您不能以该机构的名义收件", "You cannot take cases in for that organisation")


class NotOffered(AtField):
    status = 422
    code = "not_offered"
    title = Text(
        "这里不受理该事项，请核对事项和受理机构",
        "This matter is not offered here: compare matter and accepting organisation",
    )


class OutsideScope(AtField):
    status = 422
    code = "outside_scope"
    title = Text(
        "该事项不能在此受理：户籍地或居住地不在通办范围内，请到 {home} 办理",
        "This matter cannot be accepted here for that home; send the resident to {home}",
    )


class IssuedElsewhere(AtField):
    status = 422
    code = "issued_elsewhere"
    title = Text(
        "{name} 不参与办理本件，不能在那里领取结果；请从以下单位中选择：{choices}",
        "{name} takes no part in this case: choose one of {choices} for collection",
    )


class NoRoute(Problem):
    status = 422
    code = "no_route"
    title = Text(
        "该事项找不到办理机构，请联系事项管理员", "No organisation handles this; tell the editor"
    )


class ActionNotAllowed(Problem):
    status = 409
    code = "action_not_allowed"
    title = Text(
        "当前状态下不能进行“{action}”，请刷新后查看可做的操作",
        "“{action}” is not possible now; reload to see what is",
    )

    def render(self, language: Language, request_id: str) -> dict[str, Any]:
        name = ACTION_NAMES.get(self.params["action"])
        if name is not None:
            self.params = {"action": name.say(language)}
        return super().render(language, request_id)


ACTION_NAMES = {
    "claim": Text("签收", "Claim"),
    "release": Text("退回公共队列", "Back to the pool"),
    "submit": Text("提交", "Submit"),
    "pre_review_pass": Text("预审通过", "Pass pre-review"),
    "pre_review_return": Text("预审退回", "Return from pre-review"),
    "receive": Text("收件", "Receive"),
    "accept": Text("受理", "Accept"),
    "refuse": Text("不予受理", "Refuse"),
    "request_correction": Text("一次性告知补正", "One-time notice"),
    "submit_correction": Text("提交补正", "Submit the correction"),
    "pass": Text("通过", "Pass"),
    "return": Text("退回", "Return"),
    "transfer": Text("转办", "Transfer"),
    "suspend": Text("挂起（特别程序）", "Suspend (special procedure)"),
    "resume": Text("恢复办理", "Resume"),
    "request_extension": Text("申请延期", "Ask for an extension"),
    "decide_extension": Text("审批延期", "Decide the extension"),
    "carry_out": Text("送交委办局", "Hand over to the bureau"),
    "record_result": Text("登记委办局结果", "Record the bureau's result"),
    "approve": Text("准予", "Approve"),
    "deny": Text("不予批准", "Deny"),
    "file": Text("予以备案", "File"),
    "issue": Text("登记领取", "Record collection"),
    "withdraw": Text("申请人撤回", "Withdrawn by the applicant"),
    "terminate": Text("终止办理", "Terminate"),
    "archive": Text("归档", "Archive"),
    "reopen": Text("重新办理", "Reopen"),
    "edit": Text("修改", "Edit"),
    "material": Text("登记材料", "Record a material"),
}
"""As the staff pages call them; editing and recording a material are refused alike."""


class PromiseOpen(AtField):
    status = 409
    code = "promise_open"
    title = Text(
        "还有承诺补交的材料没有到：请先登记收到，再作出决定；逾期不补的，可终止办理或不予批准",
        "A promised material has not come: record it first, then decide; if it never comes,"
        " terminate the case or deny the application",
    )


class PapersOut(AtField):
    status = 409
    code = "papers_out"
    title = Text(
        "材料还在{bureau}：请代办员先取回并登记（登记委办局结果：退回），或填写取回日期",
        "The papers are at {bureau}: have the agent runner fetch and record them (result: returned)"
        " first, or give the day they came back",
    )


class WhichTask(AtField):
    status = 422
    code = "which_task"
    title = Text("有多个并行环节，请指明是哪一个", "Several steps are open; say which (task_id)")


class OutsideRoute(AtField):
    """A transfer to an organisation that the step's selector cannot mean."""

    status = 422
    code = "outside_route"
    title = Text(
        "按事项的办理流程，这一环节由{body}负责，只能转给{body}的科室、大厅或人员",
        "By the matter's process this step is {body}'s: choose an office or somebody there",
    )


class NobodyToHandTo(AtField):
    status = 422
    code = "cannot_take_over"
    title = Text(
        "对方没有接手这项工作的岗位，请选择有该岗位的机构或人员",
        "Nobody there holds this step's role: choose an organisation or person that does",
    )


class ReopenTooLate(Problem):
    status = 409
    code = "reopen_too_late"
    title = Text(
        "办结已超过 {days} 天，不能重新办理；仍有问题的请另建办件",
        "Concluded more than {days} days ago: make a new case of what is still wrong",
    )


class ExtensionTooLong(AtField):
    status = 422
    code = "extension_too_long"
    title = Text("最多还可延长 {days} 个工作日", "At most {days} more working days are possible")


KeyReused = problems.KeyReused


class NothingToExport(Problem):
    status = 422
    code = "nothing_to_export"
    title = Text(
        "该范围内没有已成包的归档办件，请调整日期或机构",
        "No packaged case was archived there then; change days or organisation",
    )


class TooManyToExport(Problem):
    status = 422
    code = "too_many_to_export"
    title = Text(
        "一次最多移交 {most} 件，请缩小日期范围",
        "At most {most} cases go into one package; choose fewer days",
    )


class TooManyForSheet(AtField):
    status = 422
    code = "too_many_for_sheet"
    title = Text(
        "查到的办件超过 {most:,} 件，不能一次导出，请缩小登记日期或增加条件，分次导出",
        "More than {most:,} cases are found, too many for a sheet: take fewer days or filter more",
    )


class OwnProposal(Problem):
    status = 409
    code = "own_proposal"
    title = Text(
        "销毁须由提出人以外的人审批", "Somebody other than who proposed the list must decide"
    )


class AlreadyDecided(Problem):
    status = 409
    code = "already_decided"
    title = Text("该清册已审批，请刷新查看", "This list was decided already; reload to see it")


class NoPaper(Problem):
    status = 404
    code = "no_such_paper"
    title = Text("该办件没有这种文书", "This case has no such paper")


class StillHasTasks(AtField):
    status = 409
    code = "still_has_tasks"
    title = Text(
        "这里（含下级）还有 {count} 件待办，暂不能停用：请先办完，或由监察员在办件中逐件转办给"
        "同一街道、社区或委办局的其他科室",
        "{count} open tasks are still here or below: finish them first, or have a supervisor"
        " transfer each, on its case, to another section of the same street, community or bureau",
    )
