"""Fixtures for the tests of the simulated vendors."""

from collections.abc import AsyncGenerator

from aiohttp import ClientSession
import pytest

from tests.clouds import Clouds, pointed


@pytest.fixture
async def clouds(socket_enabled: None) -> AsyncGenerator[Clouds]:
    """Run the clouds, with `garminconnect` pointed at them."""
    async with Clouds() as clouds:
        with pointed(clouds.url, ["garmin"]):
            yield clouds


@pytest.fixture
async def session(socket_enabled: None) -> AsyncGenerator[ClientSession]:
    """Return an HTTP client."""
    async with ClientSession() as session:
        yield session
