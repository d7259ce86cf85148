"""All that runs: the simulated vendors, and Home Assistant."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ..clouds import Clouds
from .cast import Person
from .config import HOME, add_gateway, write_config
from .console import say, step
from .devices import Past, enter
from .onboarding import onboard
from .process import HomeAssistantProcess, free_port

LOG_LINES = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """The vendors, Home Assistant, and the access token of its user."""

    clouds: Clouds
    pasts: Mapping[str, Past]
    """What the vendors know of people from before the demo, by their names."""
    home_assistant: HomeAssistantProcess
    directory: Path
    token: str


@asynccontextmanager
async def raised(
    people: list[Person], *, keep: bool, configuration: str = ""
) -> AsyncGenerator[Stage]:
    """Start everything, with these people at the vendors; end everything at the end.

    `keep` leaves the configuration directory of Home Assistant behind, and
    `configuration` is YAML that its configuration has besides.
    """
    with TemporaryDirectory(prefix="weighbridge-demo-", delete=not keep) as name:
        directory = Path(name)
        if keep:
            say(f"Home Assistant's files: {directory}")
        async with Clouds() as clouds:
            now = datetime.now(UTC)
            pasts = {person.name: enter(clouds, person, now) for person in people}
            port = free_port()
            write_config(directory, port=port, besides=configuration)
            add_gateway(directory, clouds.url)
            home_assistant = HomeAssistantProcess(directory, port, clouds.url)
            clouds.withings.reach(HOME, home_assistant.url)
            try:
                with step("Start Home Assistant"):
                    await home_assistant.start()
                    token = await onboard(home_assistant.url)
                yield Stage(
                    clouds=clouds,
                    pasts=pasts,
                    home_assistant=home_assistant,
                    directory=directory,
                    token=token,
                )
            except Exception:
                say(
                    "\nThe last lines of Home Assistant's log, which --keep leaves behind:"
                )
                say(home_assistant.tail(LOG_LINES))
                raise
            finally:
                await home_assistant.stop()
