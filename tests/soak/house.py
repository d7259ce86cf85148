"""The house: people with scales, and the Home Assistant that they live with."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..clouds import Clouds
from ..demo.accounts import (
    LINK_FLOW,
    add_garmin,
    add_scale,
    add_withings,
    add_withings_credential,
)
from ..demo.api import Api, connect
from ..demo.cast import Person
from ..demo.config import write_config
from ..demo.console import say
from ..demo.errors import DemoError
from ..demo.onboarding import onboard
from ..demo.process import free_port
from .book import Book
from .cradle import Cradle
from .measured import HEIGHT

# Without what only a person would look at, a start takes less time.
TIME_ZONE = "Europe/Berlin"
_CONFIGURATION = f"""\
homeassistant:
  name: Soak
  country: DE
  language: en
  time_zone: {TIME_ZONE}

api:
config:
recorder:
repairs:

logger:
  default: warning
  logs:
    custom_components.weighbridge: debug
"""
# The scale that is shared, as Home Assistant knows it.
SHARED = "Bathroom scale"
WEIGHT = "sensor.bathroom_scale_weight"
COMPOSITION = {
    "body_fat": "sensor.bathroom_scale_body_fat",
    "body_water": "sensor.bathroom_scale_body_water",
    "muscle_mass": "sensor.bathroom_scale_muscle_mass",
}
_GLANCE = 0.05
_SHARES = {COMPOSITION["body_fat"], COMPOSITION["body_water"]}
# Days at Garmin are not those of Home Assistant.
_TIME_ZONES = ("America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland")


@dataclass(frozen=True, kw_only=True, slots=True)
class Resident:
    """Somebody with a Garmin account, and what must be in it in the end.

    Who has two scales is weighed by both at once; who has none shares the house's.
    """

    person: Person
    scales: tuple[str, ...]
    """The names of the accounts at Withings, which has one for each scale."""
    garmin: str
    """The id of the entry in Home Assistant."""
    sources: tuple[str, ...]
    """The ids of the entries of the scales' accounts, or of the shared scale's person."""
    book: Book = field(default_factory=Book)

    @property
    def follows_deletions(self) -> bool:
        """Tell whether what is deleted at its source goes at Garmin, too."""
        return len(self.scales) < 2


class House:
    """The vendors, Home Assistant and the residents."""

    def __init__(self, clouds: Clouds, directory: Path) -> None:
        """Prepare a Home Assistant in a directory; nobody lives there yet."""
        self.clouds = clouds
        self.directory = directory
        port = free_port()
        write_config(directory, port=port)
        (directory / "configuration.yaml").write_text(_CONFIGURATION)
        self.home_assistant = Cradle(directory, port, clouds.url)
        self.residents: list[Resident] = []
        """Those who have scales of their own."""
        self.roommates: list[Resident] = []
        """Those who share a scale."""
        self.scale = ""
        """The id of the entry of the scale that is shared."""
        self._token = ""

    @property
    def everybody(self) -> list[Resident]:
        """Return all who live here."""
        return [*self.residents, *self.roommates]

    async def move_in(self, number: int) -> None:
        """Let people move in: every third has two scales, two more share another one."""
        await self.home_assistant.start()
        token = await onboard(self.home_assistant.url)
        async with connect(self.home_assistant.url, token) as api:
            await add_withings_credential(api)
            for place in range(number):
                self.residents.append(await self._settle_in(api, place))
            await self._share_scale(api, number)
            self._token = await api.call(
                "auth/long_lived_access_token", client_name="Soak", lifespan=30
            )
        # Home Assistant writes new entries down a second late.
        await self.home_assistant.stop()

    @asynccontextmanager
    async def visit(self) -> AsyncGenerator[Api]:
        """Go to Home Assistant, as soon as it is running, as one of the people."""
        while not self.home_assistant.is_running:
            await asyncio.sleep(_GLANCE)
        await self.home_assistant.wait_until_open()
        async with connect(self.home_assistant.url, self._token) as api:
            yield api

    def ledger(self, resident: Resident) -> Path:
        """Return the file of what an account remembers."""
        return self.directory / ".storage" / f"weighbridge.{resident.garmin}"

    def tokens(self, resident: Resident) -> Path:
        """Return the file of an account's tokens."""
        return self.directory / ".storage" / f"weighbridge.{resident.garmin}.tokens"

    async def _settle_in(self, api: Api, place: int) -> Resident:
        """Set up a person's accounts and links."""
        name = f"Person {place + 1}"
        scales = (name, f"{name} again")[: 2 if place % 3 == 2 else 1]
        sources = [await self._buy_scale(api, scale) for scale in scales]
        return await self._sign_in(api, place, scales, tuple(sources))

    async def _share_scale(self, api: Api, place: int) -> None:
        """Set up a scale that two people share."""
        for sensor in (WEIGHT, *COMPOSITION.values()):
            await show(api, sensor, 0)
        names = [f"Person {place + 1}", f"Person {place + 2}"]
        self.scale, people = await add_scale(
            api,
            SHARED,
            {"weight": WEIGHT, **COMPOSITION},
            {name: {"height": round(HEIGHT * 100)} for name in names},
        )
        for offset, name in enumerate(names):
            roommate = await self._sign_in(api, place + offset, (), (people[name],))
            self.roommates.append(roommate)

    async def _sign_in(
        self, api: Api, place: int, scales: tuple[str, ...], sources: tuple[str, ...]
    ) -> Resident:
        """Set up a person's account at Garmin, and its links."""
        name = f"Person {place + 1}"
        person = Person(
            name=name,
            height=1.75,
            weight=70,
            body_fat=20,
            email=f"person{place + 1}@example.com",
            password="not a real one",
            code="5O4K3D",
        )
        self.clouds.garmin.account(
            person.email,
            person.password,
            mfa=person.code,
            display_name=name,
            timezone=_TIME_ZONES[place % len(_TIME_ZONES)],
        )
        garmin, _ = await add_garmin(api, person)
        resident = Resident(
            person=person, scales=scales, garmin=garmin, sources=sources
        )
        await relink(api, resident)
        return resident

    async def _buy_scale(self, api: Api, scale: str) -> str:
        """Add a scale's account at Withings, and return the entry's id."""
        self.clouds.withings.person(scale)
        self.clouds.withings.device(scale, f"{scale}'s scale")
        self.clouds.withings.height(scale, HEIGHT)
        self.clouds.withings.sign_in_as(scale)
        return await add_withings(api, scale)


@asynccontextmanager
async def inhabited(residents: int, *, seed: int, keep: bool) -> AsyncGenerator[House]:
    """Build a house and let people move in; Home Assistant is not running then.

    `keep` leaves its files behind.
    """
    with TemporaryDirectory(prefix="weighbridge-soak-", delete=not keep) as directory:
        if keep:
            say(f"Home Assistant's files: {directory}")
        async with Clouds(seed=seed) as clouds:
            house = House(clouds, Path(directory))
            try:
                await house.move_in(residents)
                yield house
            finally:
                await house.home_assistant.close()


async def show(api: Api, sensor: str, value: float) -> int:
    """Have a sensor of the shared scale show something; return the second."""
    shown = await api.post(
        f"/api/states/{sensor}",
        {
            "state": str(value),
            "attributes": {
                "unit_of_measurement": "%" if sensor in _SHARES else "kg",
                "state_class": "measurement",
            },
        },
    )
    return int(datetime.fromisoformat(shown["last_updated"]).timestamp())


async def relink(api: Api, resident: Resident) -> None:
    """Add the links that a resident lacks."""
    for source in resident.sources:
        form = await api.post(LINK_FLOW, {"handler": [resident.garmin, "link"]})
        result = await _link(api, form["flow_id"], source, resident.follows_deletions)
        if result.get("reason", "already_configured") != "already_configured":
            raise DemoError(f"No link was added: {result}")


async def unlink(api: Api, resident: Resident) -> None:
    """Remove all links of a resident."""
    for link in await api.call(
        "config_entries/subentries/list", entry_id=resident.garmin
    ):
        await api.call(
            "config_entries/subentries/delete",
            entry_id=resident.garmin,
            subentry_id=link["subentry_id"],
        )


async def _link(api: Api, flow_id: str, source: str, deletions: bool) -> dict[str, Any]:
    """Let all weigh-ins of a source, old ones too, go to a Garmin account."""
    result: dict[str, Any] = await api.post(
        f"{LINK_FLOW}/{flow_id}",
        {
            "source": source,
            "weigh_ins": True,
            "history": "all",
            "deletions": deletions,
        },
    )
    return result
