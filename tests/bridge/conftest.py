"""Fixtures of the bridge's tests."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.bridge.stand_in import CODE, Platform
from tongban_bridge.pairing import pair


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform()
    platform.up()
    yield platform
    platform.down()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10) as client:
        yield client


@pytest.fixture
def home(platform: Platform, client: httpx.Client, tmp_path: Path) -> Path:
    """The folder of a paired bridge."""
    home = tmp_path / "home"
    pair(home, platform.address, CODE, client)
    return home
