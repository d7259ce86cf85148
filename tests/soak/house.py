"""The house: people with scales, and the Home Assistant that they live with."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from ..clouds import Clouds
from ..demo.accounts import LINK_FLOW, add_garmin, add_withings, add_withings_credential
from ..demo.api import Api, connect
from ..demo.cast import Person
from ..demo.config import write_config
from ..demo.console import say
from ..demo.errors import DemoError
from ..demo.onboarding import onboard
from ..demo.process import HomeAssistantProcess, free_port
from .book import Book

LAUNCHER = "tests.soak.launch"

# Without what only a person would look at, a start takes less time.
_CONFIGURATION = """\
homeassistant:
  name: Soak
  country: DE
  language: en
  time_zone: Europe/Berlin

api:
config:

logger:
  default: warning
  logs:
    custom_components.weighbridge: debug
"""
# Days at Garmin are not those of Home Assistant.
_TIME_ZONES = ("America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland")


@dataclass(frozen=True, kw_only=True, slots=True)
class Resident:
    """Somebody with a Garmin account, and what must be in it in the end.

    Who has two scales is weighed by both at once.
    """

    person: Person
    scales: tuple[str, ...]
    """The names of the accounts at Withings, which has one for each scale."""
    garmin: str
    """The id of the entry in Home Assistant."""
    book: Book = field(default_factory=Book)


class House:
    """The vendors, Home Assistant and the residents."""

    def __init__(self, clouds: Clouds, directory: Path) -> None:
        """Prepare a Home Assistant in a directory; nobody lives there yet."""
        self.clouds = clouds
        self.directory = directory
        port = free_port()
        write_config(directory, port=port)
        (directory / "configuration.yaml").write_text(_CONFIGURATION)
        self.home_assistant = HomeAssistantProcess(
            directory, port, clouds.url, launcher=LAUNCHER
        )
        self.residents: list[Resident] = []

    async def move_in(self, number: int) -> None:
        """Let people move in, of whom every third has two scales."""
        await self.home_assistant.start()
        token = await onboard(self.home_assistant.url)
        async with connect(self.home_assistant.url, token) as api:
            await add_withings_credential(api)
            for place in range(number):
                self.residents.append(await self._settle_in(api, place))
        # Home Assistant writes new entries down a second late.
        await self.home_assistant.stop()

    def ledger(self, resident: Resident) -> Path:
        """Return the file of what an account remembers."""
        return self.directory / ".storage" / f"weighbridge.{resident.garmin}"

    def tokens(self, resident: Resident) -> Path:
        """Return the file of an account's tokens."""
        return self.directory / ".storage" / f"weighbridge.{resident.garmin}.tokens"

    async def _settle_in(self, api: Api, place: int) -> Resident:
        """Set up a person's accounts and links."""
        clouds = self.clouds
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
        scales = (name, f"{name} again")[: 2 if place % 3 == 2 else 1]
        clouds.garmin.account(
            person.email,
            person.password,
            mfa=person.code,
            display_name=name,
            timezone=_TIME_ZONES[place % len(_TIME_ZONES)],
        )
        sources = [await self._buy_scale(api, scale) for scale in scales]
        garmin, link_flow = await add_garmin(api, person)
        await _link(api, link_flow, sources[0])
        for source in sources[1:]:
            menu = await api.post(LINK_FLOW, {"handler": [garmin, "link"]})
            await _link(api, menu["flow_id"], source)
        return Resident(person=person, scales=scales, garmin=garmin)

    async def _buy_scale(self, api: Api, scale: str) -> str:
        """Add a scale's account at Withings, and return the entry's id."""
        self.clouds.withings.person(scale)
        self.clouds.withings.device(scale, f"{scale}'s scale")
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
                if house.home_assistant.is_running:
                    await house.home_assistant.kill()


async def _link(api: Api, flow_id: str, source: str) -> None:
    """Let all weigh-ins of a source, old ones too, go to a Garmin account."""
    path = f"{LINK_FLOW}/{flow_id}"
    result = await api.post(
        path, {"source": source, "weigh_ins": True, "history": "all"}
    )
    if result["type"] != "create_entry":
        raise DemoError(f"No link was added: {result}")
