"""Parts of the system that some tests need: CI has them, elsewhere their tests are left out."""

import os
import shutil
from typing import NoReturn

import pytest


def unavailable(reason: str) -> NoReturn:
    """Fail in CI, skip on a developer's own machine; with the reason."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str) -> str:
    """The path of a program."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    return shutil.which(name, path=path) or unavailable(f"{name} is not installed")
