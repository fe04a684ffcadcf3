"""What the errors and findings about a definition say."""

from collections.abc import Mapping

from tongban.core.texts import Text
from tongban.routing.checks import Finding
from tongban.routing.definitions import ParseError

FINDINGS: Mapping[str, Text] = {
    "accept_not_first": Text("第一个环节必须是受理", "The first step must be acceptance"),
    "accept_not_certain": Text(
        "受理环节不得设条件，也不得与其他环节并联",
        "Acceptance has no condition and runs beside no other step",
    ),
    "accept_elsewhere": Text(
        "受理环节的办理机构应为收件机构（accepting）",
        "Acceptance belongs to the accepting organisation",
    ),
    "accept_twice": Text("受理环节只能有一个", "There is only one acceptance"),
    "duplicate_key": Text("环节标识重复", "Two steps have the same key"),
    "group_not_together": Text(
        "并联组“{group}”的环节必须相邻", "The steps of the group “{group}” must stand together"
    ),
    "role_cannot_work": Text("该角色不能办理办件", "This role does not work cases"),
    "unknown_form_field": Text("条件引用的表单项“{name}”不存在", "The form has no field “{name}”"),
    "conditions_too_many": Text(
        "条件过于复杂，无法逐一核对，请简化", "The conditions are too many to check; simplify them"
    ),
    "resolves_to_nothing": Text(
        "“{selector}”在 {count} 个社区找不到对应的机构",
        "“{selector}” names no organisation for {count} communities",
    ),
    "nobody_anywhere": Text(
        "所有相关机构都没有人担任“{role}”", "Nobody anywhere has the role “{role}”"
    ),
    "nobody_in_places": Text(
        "有 {count} 个机构没有人担任“{role}”", "{count} organisations have nobody as “{role}”"
    ),
    "no_deciding_step": Text("没有审批或备案环节", "No step decides or files"),
    "ends_undecided": Text(
        "填写某些内容时，办件不经审批或备案就结束，请检查此环节及其条件",
        "With some forms a case ends without a decision; look at this step and its condition",
    ),
    "limits_over_promise": Text(
        "各环节时限合计 {sum} 个工作日，超过承诺时限 {promised} 个工作日",
        "The steps take {sum} working days, more than the {promised} promised",
    ),
    "promised_over_statutory": Text(
        "承诺时限 {promised} 个工作日，超过法定时限 {statutory} 个工作日",
        "{promised} working days are promised, more than the statutory {statutory}",
    ),
    "linkage_skips_street": Text(
        "社区与区级部门直接衔接，缺少街道环节",
        "The path joins a community and the district without the street",
    ),
}


def text_of(finding: Finding) -> Text:
    """The finding as a sentence."""
    return FINDINGS[finding.code].using(**finding.params)


PARSE_ERRORS: Mapping[str, Text] = {
    "not_a_list": Text("办理流程应为环节列表", "The process is a list of steps"),
    "no_steps": Text("办理流程至少有一个环节", "The process has at least one step"),
    "too_many_steps": Text("办理流程的环节过多", "The process has too many steps"),
    "not_an_object": Text("环节格式不正确", "A step is an object"),
    "unknown_field": Text("不认识的字段", "Unknown field"),
    "bad_key": Text(
        "只能用小写字母、数字和下划线，以字母开头，最多 40 个字符",
        "Lower-case letters, digits and underscores, a letter first, 40 at most",
    ),
    "unknown_role": Text("请选择角色", "Choose a role"),
    "bad_limit": Text("时限应为 0 至 365 个工作日", "A limit is 0 to 365 working days"),
    "unknown_function": Text("不认识的环节类型", "Unknown kind of step"),
    "unknown_selector": Text("不认识的办理机构写法", "Unknown way to name an organisation"),
    "condition_not_an_object": Text("条件格式不正确", "A condition is an object"),
    "condition_not_understood": Text("条件写法不正确", "This condition is not understood"),
    "condition_empty": Text("条件组不能为空", "A group of conditions is not empty"),
    "condition_wrong_value": Text("条件的取值不正确", "Not a right value for a condition"),
    "condition_too_deep": Text("条件嵌套过深", "Conditions are nested too deeply"),
    "condition_too_large": Text("条件过多", "Too many conditions"),
}


def text_of_error(error: ParseError) -> Text:
    """The error as a sentence."""
    return PARSE_ERRORS[error.code]
