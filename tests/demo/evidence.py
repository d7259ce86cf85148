"""What is known at the end of a run that nobody watched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..clouds import WITHINGS_CLIENT_SECRET, Clouds, GarminWeighIn, Request
from .api import State
from .cast import Person, Weighing


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """Something that must be in no file but those that it belongs into.

    `place` is how their names begin in Home Assistant's storage, None without any.
    """

    what: str
    value: str
    place: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """A weighing, and what Garmin Connect and Home Assistant had to say of it."""

    person: Person
    weighing: Weighing
    measured_at: datetime
    arrived: list[GarminWeighIn]
    """All that Garmin holds in the end."""
    requests: list[Request]
    """What Garmin was asked between the weighing and the restart."""
    late_requests: list[Request]
    """What Garmin was asked from the restart on."""
    sensors: Mapping[str, State]
    """The sensors by their translation keys, before the restart."""
    sensors_again: Mapping[str, State]
    """The sensors by their translation keys, after the restart."""
    events: list[State]
    """The states that the event entity took on between the weighing and the restart."""
    event_again: State
    """The state of the event entity after the restart."""
    files: Mapping[str, str]
    """The files of Home Assistant by their paths, when it had stopped."""
    log: str
    secrets: list[Secret]


def read_files(directory: Path) -> dict[str, str]:
    """Return all files below a directory; bytes that are no text become marks."""
    return {
        str(path.relative_to(directory)): path.read_text(errors="replace")
        for path in directory.rglob("*")
        if path.is_file()
    }


def collect_secrets(clouds: Clouds, person: Person) -> list[Secret]:
    """Return all that was secret in a run: what was typed, and what vendors issued.

    Tokens belong into one file each, everything else on no disk at all.
    """
    entries, store = "core.config_entries", "weighbridge."
    return [
        Secret(what="the e-mail of Garmin", value=person.email),
        Secret(what="the password of Garmin", value=person.password),
        Secret(what="the MFA code", value=person.code),
        Secret(
            what="the client secret",
            value=WITHINGS_CLIENT_SECRET,
            place="application_credentials",
        ),
        *(
            Secret(what="a code or token of Withings", value=value, place=entries)
            for value in clouds.withings.oauth.issued
        ),
        *(
            Secret(what="a ticket or token of Garmin", value=value, place=store)
            for value in clouds.garmin.tokens.issued
        ),
    ]
