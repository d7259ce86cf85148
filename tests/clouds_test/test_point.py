"""Pointing the product and garminconnect at the clouds, and running them alone."""

import asyncio
from asyncio.subprocess import PIPE
import sys

from aiohttp import ClientSession
from garminconnect import Garmin
from garminconnect.client import sso
import pytest

from custom_components.weighbridge.clients.withings import client as withings
from custom_components.weighbridge.sources import oauth
from tests.clouds import point, pointed

URL = "http://127.0.0.1:8899"


def addresses() -> list[str]:
    """Return where Withings and Garmin are thought to be."""
    return [
        withings.API_BASE,
        oauth.WITHINGS_AUTHORIZE_URL,
        oauth.WITHINGS_TOKEN_URL,
        *(
            value
            for value in vars(Garmin().client).values()
            if isinstance(value, str) and value.startswith("http")
        ),
    ]


def test_point() -> None:
    """Point everything elsewhere, and back."""
    real, pause = addresses(), vars(sso)["MOBILE_DELAY_MAX_S"]
    undo = point(URL, ["withings", "garmin"])
    assert all(address.startswith(URL) for address in addresses())
    assert vars(sso)["MOBILE_DELAY_MAX_S"] == 0
    undo()
    assert addresses() == real
    assert pause == vars(sso)["MOBILE_DELAY_MAX_S"]


def test_point_notices_what_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when an address is not where it should be, and leave nothing changed."""
    real = addresses()
    with monkeypatch.context() as patch:
        patch.delattr(oauth, "WITHINGS_TOKEN_URL")
        with pytest.raises(AttributeError, match="WITHINGS_TOKEN_URL"):
            point(URL, ["garmin", "withings"])
    assert addresses() == real

    with pointed(URL, ["garmin"]):
        assert addresses()[:3] == real[:3]
    assert addresses() == real


async def test_alone(session: ClientSession) -> None:
    """Run as a process of its own that ends when told to."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.clouds", stdout=PIPE
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with session.get(f"{url}/control/state") as response:
        assert (await response.json())["garmin"] == {}
    process.terminate()
    assert await process.wait() == 0
