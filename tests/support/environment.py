"""The environment of a test run: fixed secrets, and servers that the run starts itself.

Imported before anything reads the settings. Servers that the caller named in the environment
are kept aside for `tests.support.database`.
"""

import os

# Nothing listens here. Workers of pytest-xdist inherit it from the process that started them.
NOWHERE = "127.0.0.1:9"

NAMED_SERVERS = {
    name: os.environ[name]
    for name in (
        "TONGBAN_DATABASE_URL",
        "TONGBAN_OWNER_DATABASE_URL",
        "TONGBAN_WORKER_DATABASE_URL",
        "TONGBAN_REDIS_URL",
    )
    if name in os.environ and NOWHERE not in os.environ[name]
}

SETTINGS = {
    "TONGBAN_SECRET_KEY": "tests-only-secret-key-0123456789abcdef",
    "TONGBAN_DATA_KEYS": "t1:00112233445566778899aabbccddeeff",
    "TONGBAN_INDEX_KEY": "tests-only-index-key-0123456789abcdef",
    "TONGBAN_SEAL_KEYS": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "TONGBAN_FILES_URL": "memory://",
}

os.environ |= SETTINGS
# Pure tests need settings, not servers: connecting would fail.
for name in ("TONGBAN_DATABASE_URL", "TONGBAN_OWNER_DATABASE_URL"):
    os.environ[name] = f"postgresql+asyncpg://nobody@{NOWHERE}/nothing"
os.environ["TONGBAN_REDIS_URL"] = f"redis://{NOWHERE}"
