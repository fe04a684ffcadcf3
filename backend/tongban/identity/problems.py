"""What can go wrong when signing in and when keeping accounts."""

from typing import Any

from tongban.core.problems import (
    AtField,
    Conflict,
    Forbidden,
    Invalid,
    Problem,
    Unauthenticated,
)
from tongban.core.texts import Language, Text


class InvalidCredentials(Unauthenticated):
    code = "invalid_credentials"
    title = Text("用户名或密码不正确", "Wrong user name or password")


class TotpRequired(Unauthenticated):
    code = "totp_required"
    title = Text("请输入动态验证码", "Please enter the code of your authenticator")


class TotpInvalid(Unauthenticated):
    code = "totp_invalid"
    title = Text(
        "动态验证码不正确或已使用，请等待下一个验证码",
        "The code is wrong or was already used; wait for the next one",
    )


class RefreshInvalid(Unauthenticated):
    code = "refresh_invalid"
    title = Text("登录已失效，请重新登录", "Your sign-in has ended; please sign in again")


class RefreshReused(Unauthenticated):
    code = "refresh_reused"
    title = Text(
        "检测到登录凭证被重复使用，为安全起见已退出，请重新登录",
        "The sign-in was used from two places; for safety it was ended. Please sign in again",
    )


class Locked(Problem):
    status = 429
    code = "locked"
    title = Text(
        "连续多次登录失败，账号已暂时锁定，请 {minutes} 分钟后再试",
        "Too many failed attempts; the account is locked for {minutes} more minutes",
    )


class TooManyFailures(Problem):
    status = 429
    code = "too_many_failures"
    title = Text(
        "该网络地址登录失败次数过多，请 {minutes} 分钟后再试",
        "Too many failed sign-ins from this address; try again in {minutes} minutes",
    )


class _Limited(Problem):
    """A right password that is not enough: the answer carries a token for the next step only."""

    status = 403

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token

    def render(self, language: Language, request_id: str) -> dict[str, Any]:
        return super().render(language, request_id) | {"token": self.token}


class TotpEnrolmentRequired(_Limited):
    code = "totp_enrolment_required"
    title = Text(
        "该账号须绑定动态验证码后才能登录",
        "This account must be paired with an authenticator before it can sign in",
    )


class PasswordChangeRequired(_Limited):
    code = "password_change_required"
    title = Text("首次登录或密码已被重置，请先修改密码", "Set a new password before you go on")


class TotpAlreadyEnrolled(Conflict):
    code = "totp_already_enrolled"
    title = Text("已绑定动态验证码", "An authenticator is already paired")


class TotpNotEnrolled(Conflict):
    code = "totp_not_enrolled"
    title = Text("尚未绑定动态验证码", "No authenticator is paired")


class TotpNeededByRole(Forbidden):
    code = "totp_needed_by_role"
    title = Text(
        "您的角色必须使用动态验证码，不能解除", "Your role needs an authenticator; it must stay"
    )


class UsernameTaken(Conflict):
    code = "username_taken"
    title = Text("该用户名已被使用", "This user name is taken")


class UnknownStaff(AtField):
    """Also for an account that the asker may not know of."""

    status = 422
    code = "unknown_staff"
    title = Text(
        "您可查看的范围内没有这个用户，请核对用户名",
        "Nobody whom you may see has this user name; check how it is spelt",
    )


class OwnAccount(Forbidden):
    code = "own_account"
    title = Text("不能对自己的账号进行此操作", "You may not do this to your own account")


class ExclusiveRoles(Invalid):
    code = "exclusive_roles"
    title = Text(
        "系统管理员、安全管理员、审计管理员不得由同一账号兼任",
        "One account may not be two of system, security and audit administrator",
    )
