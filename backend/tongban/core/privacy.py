"""Personal data: sealed at rest, found by blind index, shown masked.

Sealing is SM4-GCM (GM/T 0002, mode of GB/T 36624); the blind index is HMAC-SM3 (GM/T 0004)
over the normalised value, so that equal numbers are found without being readable.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tongban.core.settings import Settings, get_settings

MASK = "*"
_NONCE = 12
_TAG = 16


@dataclass(frozen=True, slots=True)
class Keys:
    """`sealing` maps key id to a 16-byte SM4 key; new values use `current`."""

    current: str
    sealing: dict[str, bytes]
    index: bytes


def environment_keys(settings: Settings) -> Keys:
    """The default key provider: keys from the settings."""
    pairs = [part.split(":", 1) for part in settings.data_keys.get_secret_value().split(",")]
    sealing = {key_id.strip(): bytes.fromhex(value.strip()) for key_id, value in pairs}
    if any(len(key) != 16 for key in sealing.values()):
        raise ValueError("TONGBAN_DATA_KEYS: an SM4 key has 32 hex digits")
    return Keys(pairs[0][0].strip(), sealing, settings.index_key.get_secret_value().encode())


@lru_cache
def get_keys() -> Keys:
    settings = get_settings()
    module, _, name = settings.key_provider.partition(":")
    provider: Callable[[Settings], Keys] = getattr(import_module(module), name)
    return provider(settings)


class Tampered(Exception):
    """A sealed value was changed, or moved to another row or column."""


def seal(value: Any, place: str) -> bytes:
    """Seal a JSON value. `place` names table, column and row; it must be the same on opening.

    Layout: length of the key id (1), key id, nonce (12), tag (16), cipher text.
    """
    keys = get_keys()
    nonce = secrets.token_bytes(_NONCE)
    encryptor = Cipher(algorithms.SM4(keys.sealing[keys.current]), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(place.encode())
    text = encryptor.update(orjson.dumps(value)) + encryptor.finalize()
    key_id = keys.current.encode()
    return bytes([len(key_id)]) + key_id + nonce + encryptor.tag + text


def unseal(sealed: bytes, place: str) -> Any:
    """Open a sealed value. Raises `Tampered` if it is not what was sealed for this place."""
    start = 1 + sealed[0]
    key = get_keys().sealing.get(sealed[1:start].decode())
    if key is None:
        raise Tampered("sealed with a key that is not configured")
    nonce, rest = sealed[start : start + _NONCE], sealed[start + _NONCE :]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, rest[:_TAG])).decryptor()
    decryptor.authenticate_additional_data(place.encode())
    try:
        return orjson.loads(decryptor.update(rest[_TAG:]) + decryptor.finalize())
    except InvalidTag as error:
        raise Tampered(place) from error


def blind_index(kind: str, value: str) -> bytes:
    """32 bytes by which equal values of one kind (`id_number`, `mobile`) are found."""
    mac = hmac.HMAC(get_keys().index, hashes.SM3())
    mac.update(f"{kind}:{normalise(value)}".encode())
    return mac.finalize()


def normalise(value: str) -> str:
    """How numbers of documents and mobiles are kept and compared: full-width characters as ASCII,
    upper case, no spaces and hyphens, which none of their standards has. A mask stays a mask."""
    return value.translate(_AS_ASCII).upper()


_AS_ASCII = {number: number - 0xFEE0 for number in range(0xFF01, 0xFF5F)} | {
    ord(character): None
    for character in " -\xa0\u2002\u2003\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u3000\uff0d"
}


def mask_number(value: str) -> str:
    """Keep three characters in front and four at the end: `110***********1234`."""
    if len(value) <= 7:
        return value[:1] + MASK * max(len(value) - 1, 1)
    return value[:3] + MASK * (len(value) - 7) + value[-4:]


def mask_address(value: str) -> str:
    """Keep what names the place down to about the road (six characters)."""
    return value[:6] + MASK * 4 if len(value) > 6 else MASK * 4


def is_masked(value: str) -> bool:
    """Whether a value is one that we masked: such a value never overwrites a real one."""
    return MASK * 3 in value


def sm3(*parts: bytes) -> bytes:
    """SM3 digest (GB/T 32905) of the concatenated parts."""
    digest = hashes.Hash(hashes.SM3())
    for part in parts:
        digest.update(part)
    return digest.finalize()
