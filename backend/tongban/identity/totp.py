"""Time-based one-time passwords (RFC 6238): six digits, 30-second steps, none accepted twice."""

import secrets

import pyotp

from tongban.core import clock
from tongban.core.privacy import seal, unseal

_STEP = 30
_ISSUER = "Tongban"


def new_secret() -> str:
    return pyotp.random_base32()


def seal_secret(secret: str, username: str) -> bytes:
    return seal(secret, f"staff.totp:{username}")


def open_secret(sealed: bytes, username: str) -> str:
    return str(unseal(sealed, f"staff.totp:{username}"))


def uri(secret: str, username: str) -> str:
    """What the QR code for an authenticator holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=_ISSUER)


def step_of(secret: str, code: str, last_step: int) -> int | None:
    """The step that `code` belongs to: the present one or a neighbour, and later than
    `last_step`; none where the code fits no such step."""
    code = code.replace(" ", "")
    if not (code.isascii() and code.isdigit()):
        return None
    present = int(clock.now().timestamp()) // _STEP
    generator = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        fits = secrets.compare_digest(generator.generate_otp(step), code)
        if fits and step > last_step:
            return step
    return None
