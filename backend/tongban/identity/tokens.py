"""Access tokens: signed, short-lived, naming a session; limited ones for a single next step."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from jose import JWTError, jwt

from tongban.core import clock
from tongban.core.problems import Unauthenticated
from tongban.core.settings import Settings

_ALGORITHM = "HS256"
_LIMITED_FOR = timedelta(minutes=10)

Step = Literal["totp_enrolment", "password_change"]


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token says."""

    staff_id: int
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Limited:
    """What a limited token says: one step, for credentials as they were when it was made."""

    staff_id: int
    step: Step
    credentials_version: int


def make_access(settings: Settings, staff_id: int, session_id: UUID) -> str:
    lifetime = timedelta(minutes=settings.access_token_minutes)
    return _make(settings, lifetime, sub=str(staff_id), sid=str(session_id))


def make_limited(settings: Settings, staff_id: int, step: Step, version: int) -> str:
    return _make(settings, _LIMITED_FOR, sub=str(staff_id), step=step, ver=version)


def read(settings: Settings, token: str) -> Access | Limited:
    """What a token of ours says. Raises `Unauthenticated` for any other, and for an expired one."""
    try:
        expires, content = _parse(token, settings.secret_key.get_secret_value())
    except (JWTError, KeyError, ValueError, TypeError) as error:
        raise Unauthenticated from error
    if expires <= clock.now().timestamp():
        raise Unauthenticated
    return content


def expiry(settings: Settings, token: str) -> datetime:
    """When a token of ours expires. Raises `Unauthenticated` as `read` does."""
    read(settings, token)
    expires, _ = _parse(token, settings.secret_key.get_secret_value())
    return datetime.fromtimestamp(expires, UTC)


def _make(settings: Settings, lifetime: timedelta, **claims: Any) -> str:
    now = clock.now()
    times = {"iat": int(now.timestamp()), "exp": int((now + lifetime).timestamp())}
    return jwt.encode(claims | times, settings.secret_key.get_secret_value(), algorithm=_ALGORITHM)


@lru_cache(maxsize=4096)
def _parse(token: str, secret: str) -> tuple[float, Access | Limited]:
    """Expiry and content of a rightly signed token. Only the signature is worth remembering:
    whether it has expired is asked every time."""
    claims = jwt.decode(
        token, secret, algorithms=[_ALGORITHM], options={"verify_exp": False, "verify_sub": False}
    )
    staff_id = _as_id(claims["sub"])
    content: Access | Limited
    if "step" in claims:
        content = Limited(staff_id, claims["step"], claims["ver"])
    else:
        content = Access(staff_id, UUID(str(claims["sid"])))
    return float(claims["exp"]), content


def _as_id(subject: str) -> int:
    """Whoever signs tokens elsewhere with our key may name whom no account can be."""
    staff_id = int(subject)
    if not 0 < staff_id < 2**31:
        raise ValueError(subject)
    return staff_id
