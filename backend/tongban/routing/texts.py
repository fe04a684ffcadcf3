"""What the findings about a definition say."""

from collections.abc import Mapping

from tongban.core.texts import Text
from tongban.routing.checks import Finding

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
        "填写某些内容时，办件到此环节后没有审批或备案",
        "With some forms a case ends at this step without a decision",
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
