"""A real Home Assistant to measure, between vendors that take their time."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import shutil
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from ..clouds import Clouds
from ..demo.accounts import (
    LINK_FLOW,
    add_garmin,
    add_withings,
    add_withings_credential,
    find_account,
    want_sensor_batteries,
)
from ..demo.api import Api, connect
from ..demo.cast import Person
from ..demo.config import write_config
from ..demo.errors import DemoError
from ..demo.onboarding import onboard
from ..demo.process import HomeAssistantProcess, free_port

LATENCY = 0.05
"""Seconds that every request to a vendor takes at least."""
TIMEOUT = 1800

# With the recorder, as everybody has it, and without a debug log.
_CONFIGURATION = """\
homeassistant:
  name: Bench
  country: DE
  language: en
  time_zone: Europe/Berlin

api:
config:
history:
probe:
recorder:

logger:
  default: warning
"""
_PROBE = Path(__file__).parent / "probe"
# Not a file of its own: hassfest would take it for an integration to check.
_PROBE_MANIFEST = {
    "domain": "probe",
    "name": "Probe",
    "codeowners": [],
    "dependencies": ["http"],
    "integration_type": "system",
    "iot_class": "calculated",
    "version": "1.0.0",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What Home Assistant has spent: seconds and bytes."""

    seconds: float
    cpu: float
    stall: float
    """The longest time by which the event loop came late, as Home Assistant was at work."""
    late: float
    """The longest time by which it came late, for whatever reason."""
    collector: float
    """The longest run of Python's garbage collector, which no stall counts."""
    memory: int
    peak_memory: int
    places: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """A person's accounts in Home Assistant."""

    name: str
    email: str
    withings: str
    garmin: str
    entity: str
    """An entity of the source, by which it can be polled."""
    link_flow: str
    """A flow that waits to link the accounts."""


class House:
    """The vendors and the Home Assistant between them."""

    def __init__(self, clouds: Clouds, directory: Path) -> None:
        """Prepare a Home Assistant in a directory."""
        self.clouds = clouds
        self.directory = directory
        port = free_port()
        write_config(directory, port=port)
        (directory / "configuration.yaml").write_text(_CONFIGURATION)
        probe = directory / "custom_components" / "probe"
        shutil.copytree(_PROBE, probe)
        (probe / "manifest.json").write_text(json.dumps(_PROBE_MANIFEST))
        self._home_assistant = HomeAssistantProcess(directory, port, clouds.url)
        self._token: str | None = None
        self._api: Api | None = None
        self._connection = AsyncExitStack()

    @property
    def api(self) -> Api:
        """Return the connection to the Home Assistant that is running."""
        if self._api is None:
            raise DemoError("Home Assistant is not running")
        return self._api

    async def start(self) -> None:
        """Start Home Assistant."""
        await self._home_assistant.start()
        url = self._home_assistant.url
        if is_new := self._token is None:
            self._token = await onboard(url)
        self._api = await self._connection.enter_async_context(
            connect(url, self._token)
        )
        if is_new:
            await add_withings_credential(self._api)

    async def stop(self) -> None:
        """Stop Home Assistant."""
        self._api = None
        await self._connection.aclose()
        await self._home_assistant.stop()

    async def sign_in_to_withings(self, name: str) -> str:
        """Add a person's Withings account, and return the entry's id."""
        self.clouds.withings.sign_in_as(name)
        return await add_withings(self.api, name)

    async def sign_in_to_garmin(self, name: str, withings: str) -> Home:
        """Add a person's Garmin account; it is not linked yet."""
        person = Person(
            name=name,
            height=1.75,
            weight=80,
            body_fat=25,
            email=f"{name.replace(' ', '.')}@example.com".lower(),
            password="not a real one",
            code="5O4K3D",
        )
        self.clouds.garmin.account(
            person.email, person.password, mfa=person.code, display_name=name
        )
        garmin, link_flow = await add_garmin(self.api, person)
        source = await find_account(self.api, withings)
        return Home(
            name=name,
            email=person.email,
            withings=withings,
            garmin=garmin,
            entity=source.entities["weigh_in"],
            link_flow=link_flow,
        )

    async def link(self, home: Home) -> None:
        """Let all weigh-ins of a person go to Garmin, old ones too."""
        path = f"{LINK_FLOW}/{home.link_flow}"
        result = await self.api.post(
            path, {"source": home.withings, "weigh_ins": True, "history": "all"}
        )
        if result["type"] != "create_entry":
            raise DemoError(f"No link was added: {result}")

    async def want_sensor_batteries(self, *homes: Home) -> None:
        """Have people's straps shown, and wait until they are."""
        for home in homes:
            self.clouds.garmin.device(home.email, 1)
            await want_sensor_batteries(self.api, home.garmin)
        await wait_for("The straps", lambda: self.garmin_requests() >= len(homes))

    async def poll(self, *homes: Home) -> None:
        """Have Withings asked for news of people."""
        await self.api.act(
            "homeassistant.update_entity", entity_id=[home.entity for home in homes]
        )

    async def look(self) -> Load:
        """Return what was spent since `look_anew`."""
        seen: dict[str, Any] = await self.api.get("/api/probe")
        return Load(**seen)

    async def look_anew(self) -> float:
        """Forget what was spent so far.

        Return how many seconds Python's garbage collector takes for all that Home
        Assistant holds.
        """
        seconds: float = (await self.api.post("/api/probe"))["collector"]
        return seconds

    async def reload(self) -> float:
        """Set all accounts up again; return how many seconds that took."""
        seconds: float = (await self.api.post("/api/probe/reload"))["seconds"]
        return seconds

    async def spend_reports(self, sensors: list[str], seconds: int) -> float:
        """Have sensors report once a second; return seconds of CPU of the event loop."""
        spent = await self.api.post(
            "/api/probe/reports", {"sensors": sensors, "seconds": seconds, "weight": 80}
        )
        return float(spent["spent"])

    async def arrival(self, number: int, *homes: Home) -> None:
        """Wait until Garmin holds so many weigh-ins of each of some people."""

        def has_arrived() -> bool:
            accounts = self.clouds.garmin.accounts
            return all(len(accounts[h.email].weigh_ins) >= number for h in homes)

        await wait_for(f"{number} weigh-ins", has_arrived)

    def ledger_bytes(self, home: Home) -> int:
        """Return how much an account remembers on disk."""
        ledger = self.directory / ".storage" / f"weighbridge.{home.garmin}"
        # Who has nothing to push has none.
        return ledger.stat().st_size if ledger.exists() else 0

    def garmin_requests(self) -> int:
        """Return how many requests Garmin had since the log was cleared."""
        return self.clouds.log.count("garmin")


async def wait_for(what: str, condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    limit = monotonic() + TIMEOUT
    while not condition():
        if monotonic() > limit:
            raise DemoError(f"{what}: not within {TIMEOUT} s")
        await asyncio.sleep(0.01)


@asynccontextmanager
async def built() -> AsyncGenerator[House]:
    """Build a house and start its Home Assistant; end everything at the end."""
    with TemporaryDirectory(prefix="weighbridge-bench-") as directory:
        async with Clouds(latency=LATENCY) as clouds:
            house = House(clouds, Path(directory))
            await house.start()
            try:
                yield house
            finally:
                await house.stop()
