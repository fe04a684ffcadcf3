"""Expected failures around devices."""

from typing import Any

from tongban.core.problems import Conflict, FieldError, Problem
from tongban.core.texts import Text


class NotACounter(Problem):
    status = 422
    code = "not_a_counter"
    title = Text(
        "设备只能绑定到大厅的窗口，或没有大厅的社区",
        "Devices are paired with a window of a hall, or with a community",
    )


class PairingCodeRefused(Problem):
    status = 422
    code = "pairing_code_refused"
    title = Text(
        "配对码不正确、已使用或已过期，请在工作人员页面重新生成",
        "The pairing code is wrong, used or too old; make a new one on the staff pages",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/code", self.code, self.title)])


class TooManyGuesses(Problem):
    status = 429
    code = "too_many_guesses"
    title = Text(
        "配对码输错次数过多，请 {minutes} 分钟后再试",
        "Too many wrong pairing codes; try again in {minutes} minutes",
    )


class BridgeUnknown(Problem):
    """A signature that is missing, wrong or of nobody we know."""

    status = 401
    code = "bridge_unknown"
    title = Text(
        "签名缺失或不正确，无法确认设备服务的身份",
        "The signature is missing or not of a paired bridge",
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(headers={"WWW-Authenticate": "Signature"}, **kwargs)


class SignatureStale(BridgeUnknown):
    code = "signature_stale"
    title = Text(
        "签名时间相差超过五分钟，请校准本机时间",
        "Signed more than five minutes away from our time; set the clock of that PC",
    )


class SignatureReplayed(BridgeUnknown):
    code = "signature_replayed"
    title = Text("签名已使用过", "This signature was used before")


class BridgeRevoked(BridgeUnknown):
    code = "bridge_revoked"
    title = Text("该设备服务已被解除绑定，请重新配对", "This bridge was revoked; pair it again")


class NoBridge(Conflict):
    code = "no_bridge"
    title = Text(
        "该窗口还没有可用的设备服务，请先配对",
        "No bridge with such a device is paired with this window",
    )


class AlreadyEvaluated(Conflict):
    code = "already_evaluated"
    title = Text("申请人已经作答，不再重复邀请", "The applicant has answered; they are asked once")


class CommandOver(Conflict):
    code = "command_over"
    title = Text("该操作已经结束", "This command is over")


class DeliveryTaken(Conflict):
    code = "delivery_id_taken"
    title = Text("该投递编号已被使用", "Another delivery has this id")
