"""Expected failures around cases."""

from tongban.core import problems
from tongban.core.problems import Problem
from tongban.core.texts import Text


class UnknownMatter(Problem):
    status = 422
    code = "unknown_matter"
    title = Text("没有这个事项，或事项已停办", "There is no such matter, or it is retired")


class UnknownOrganisation(Problem):
    status = 422
    code = "unknown_organisation"
    title = Text("没有这个机构：{code}", "There is no such organisation: {code}")


class NotACommunity(Problem):
    status = 422
    code = "not_a_community"
    title = Text(
        "户籍地或居住地须填到社区（12 位代码）", "Home must be a community (a 12-digit code)"
    )


class NotYourCounter(Problem):
    status = 403
    code = "not_your_counter"
    title = Text("您不能以该机构的名义收件", "You cannot take cases in for that organisation")


class NotOffered(Problem):
    status = 422
    code = "not_offered"
    title = Text("本窗口不受理该事项", "This matter is not offered here")


class OutsideScope(Problem):
    status = 422
    code = "outside_scope"
    title = Text(
        "该事项不能在此受理：户籍地或居住地不在通办范围内，请到 {home} 办理",
        "This matter cannot be accepted here for that home; send the resident to {home}",
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


class WhichTask(Problem):
    status = 422
    code = "which_task"
    title = Text("有多个并行环节，请指明是哪一个", "Several steps are open; say which (task_id)")


class NobodyToHandTo(Problem):
    status = 422
    code = "cannot_take_over"
    title = Text("对方没有接手这项工作的岗位", "That person or organisation cannot take this over")


class ReopenTooLate(Problem):
    status = 409
    code = "reopen_too_late"
    title = Text("办结已超过 {days} 天，不能重新办理", "Concluded more than {days} days ago")


class ExtensionTooLong(Problem):
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
