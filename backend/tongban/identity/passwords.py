"""Passwords: Argon2id, hashed in a thread because a hash takes tens of milliseconds."""

import secrets
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from tongban.core.problems import Invalid, Unavailable
from tongban.core.texts import Text

T = TypeVar("T")

MIN_LENGTH = 10
MAX_LENGTH = 128
_MAX_WAITING = 32

# OWASP's second choice (19 MiB, two passes): the library's default of 64 MiB a hash would let a
# few people signing in at once take as much memory as the whole process may.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))
_limiter = CapacityLimiter(2)

# Verified when the user does not exist, so that the answer takes as long.
_NOBODY = _hasher.hash(secrets.token_hex())


async def hash_password(password: str) -> str:
    return await _in_thread(_hasher.hash, password)


async def verify(password: str, password_hash: str | None) -> bool:
    """Whether the password fits; without a hash (no such user) false after as much work."""
    fits = await _in_thread(_verify, password, password_hash or _NOBODY)
    return fits and password_hash is not None


def hash_now(password: str) -> str:
    """For command line and seeding, where nobody waits on the same loop."""
    return _hasher.hash(password)


def one_time_password(seed: bytes | None = None) -> str:
    """Twelve characters without look-alikes, in groups of four: it is read out and typed.

    The same for the same `seed`, 32 secret bytes.
    """
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    number = int.from_bytes(seed or secrets.token_bytes(32))
    chosen = []
    for _ in range(12):
        number, place = divmod(number, len(letters))
        chosen.append(letters[place])
    return "-".join("".join(chosen[start : start + 4]) for start in (0, 4, 8))


def check_new(password: str, username: str, pointer: str) -> None:
    """Refuse a new password that is too short, too long or holds the user name."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid.field(
            pointer,
            "password_length",
            Text(
                "密码长度应为 {least} 至 {most} 个字符",
                "A password has {least} to {most} characters",
            ).using(least=MIN_LENGTH, most=MAX_LENGTH),
        )
    if username in password.lower() or len(set(password)) < 4:
        raise Invalid.field(
            pointer,
            "password_weak",
            Text(
                "密码过于简单：不得包含用户名，且至少使用 4 种不同字符",
                "Too simple: leave out your user name and use at least four different characters",
            ),
        )


def _verify(password: str, password_hash: str) -> bool:
    try:
        return _hasher.verify(password, password_hash)
    except UnknownHashError:
        return False


async def _in_thread(function: Callable[..., T], *args: str) -> T:
    if _limiter.statistics().tasks_waiting >= _MAX_WAITING:
        raise Unavailable(retry_after=2)
    return await to_thread.run_sync(function, *args, limiter=_limiter)
