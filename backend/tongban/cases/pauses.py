"""Handlers for the clocks: special procedures and extensions."""

from tongban.cases import recalculation
from tongban.cases.problems import ExtensionTooLong
from tongban.cases.steps import begin
from tongban.cases.work import Work
from tongban.core.problems import Invalid
from tongban.core.texts import Text
from tongban.matters.schemas import SUSPENSION_REASONS

_NOT_LISTED = Text("该事项的特别程序只有：{zh}", "This matter's special procedures are: {en}")
_NEVER = Text("该事项没有特别程序，不能挂起", "This matter has no special procedure to wait for")


async def suspend(work: Work) -> None:
    """Start a special procedure: only a reason that the matter allows stops the clocks."""
    allowed = work.matter.content.suspension_reasons
    if work.body.reason not in allowed:
        names = [SUSPENSION_REASONS[reason] for reason in allowed]
        text = _NOT_LISTED if names else _NEVER
        raise Invalid.field(
            "/reason",
            "unknown_reason",
            text.using(
                zh="、".join(name.zh for name in names), en=", ".join(name.en for name in names)
            ),
        )
    before = begin(work)
    work.case.suspended = True
    work.log("suspended", before, reason=work.body.reason)


async def resume(work: Work) -> None:
    work.case.suspended = False
    work.log("resumed", work.case.status)
    await recalculation.replay_case(work)


async def request_extension(work: Work) -> None:
    """Asked for by who works the case; somebody else decides."""
    days = work.body.days
    if days is None:
        raise Invalid.field("/days", "missing", Text("请填写延长的工作日数", "Say how many days"))
    left = work.matter.content.extension_days_max - work.case.extension_days
    if days > left:
        raise ExtensionTooLong(days=max(left, 0)).at("/days")
    before = begin(work)
    work.case.extension_asked_days = days
    work.case.extension_asked_by = work.staff_id
    work.log("extension_requested", before, days=days)


async def decide_extension(work: Work) -> None:
    agreed = work.body.agreed
    if agreed is None:
        raise Invalid.field("/agreed", "missing", Text("请选择是否同意", "Say yes or no"))
    if not agreed and not work.body.comment:
        raise Invalid.field("/comment", "missing", Text("请说明理由", "Give the reason"))
    days = work.case.extension_asked_days or 0
    work.case.extension_asked_days = work.case.extension_asked_by = None
    if agreed:
        work.case.extension_days += days
        work.log("extension_granted", work.case.status, days=days)
        await recalculation.replay_case(work)
    else:
        work.log("extension_refused", work.case.status, days=days)
