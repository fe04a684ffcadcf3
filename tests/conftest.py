"""Fixtures for all tests; see the modules named below."""

import tests.support.environment  # noqa: F401  (before anything reads the settings)

pytest_plugins = [
    "tests.support.database",
    "tests.support.live",
    "tests.support.district",
    "tests.support.browser",
]
