"""What is known at the end of a run that nobody watched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..clouds import (
    GOOGLE_CLIENT_SECRET,
    WITHINGS_CLIENT_SECRET,
    Clouds,
    GarminBloodPressure,
    GarminWeighIn,
    Request,
    SmsMessage,
)
from .api import State
from .bluetooth import Report
from .cast import Person, Pressure, Weighing
from .devices import Battery, Past


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """Something that must be in no file but those that it belongs into.

    `place` is how their names begin in Home Assistant's storage, None without any.
    """

    what: str
    value: str
    place: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A weighing, and what Garmin Connect and Home Assistant had to say of it."""

    person: Person
    weighing: Weighing
    measured_at: datetime
    arrived: list[GarminWeighIn]
    """All that Garmin holds of the person in the end."""
    requests: list[Request]
    """What Garmin was asked between this weighing and the next one, or the restart."""
    sensors: Mapping[str, State]
    """The sensors by their translation keys, before the restart."""
    sensors_again: Mapping[str, State]
    """The sensors by their translation keys, after the restart."""
    events: list[State]
    """The states that the event entity took on between the weighing and the restart."""
    event_again: State
    """The state of the event entity after the restart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PressureArrival:
    """A blood pressure, and what Garmin Connect had to say of it."""

    person: Person
    pressure: Pressure
    measured_at: datetime
    arrived: list[GarminBloodPressure]
    """All that Garmin holds of the person in the end."""
    requests: list[Request]
    """What Garmin was asked for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorArrival:
    """What sensors of another scale have shown, and what Garmin Connect has of it."""

    person: Person
    reports: list[Report]
    """What was shown of the person, the oldest first."""
    arrived: list[GarminWeighIn]
    """All that Garmin holds of the person in the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A question whose a weigh-in is, as phones showed it, and an answer on one of them."""

    report: Report
    pressed: str
    """The button that was pressed."""
    buttons: Mapping[str, list[str]]
    """The buttons that the phones had, by the names of the phones."""
    candidates: list[str]
    """The names of those whose it may be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guest:
    """Somebody who was weighed and is nobody here, and where they may be all the same."""

    report: Report
    states: Mapping[str, State]
    """The entities of Weighbridge by their ids, after the restart."""
    events: list[State]
    """The states that the event entities of people took on before it."""
    means: Mapping[str, list[float]]
    """All that is in the statistics of Weighbridge, by their ids."""
    held: Mapping[str, list[float]]
    """The weights at Garmin, by the names of the people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Charge:
    """A battery at a certain moment, and what Home Assistant showed of it."""

    battery: Battery
    when: str
    """The moment in words."""
    shown: Mapping[str, State]
    """The entities of the device by their translation keys."""


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """The weighings from before the demo, and the statistics of the weight."""

    person: Person
    past: Past
    means: Mapping[datetime, float]
    """The means of the statistics by their hours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """What was texted about batteries."""

    number: str
    before: list[SmsMessage]
    """All texts from before the restart."""
    after: list[SmsMessage]
    """All texts from after it."""
    restarted_at: datetime
    asked_at: datetime | None
    """When the automation last asked for texts that are due."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """All of it."""

    arrivals: list[Arrival]
    pressures: list[PressureArrival]
    sensor_arrivals: list[SensorArrival]
    answers: list[Answer]
    guest: Guest
    histories: list[History]
    charges: list[Charge]
    texts: Texts
    late_requests: list[Request]
    """What Garmin was asked from the restart on."""
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


def collect_secrets(clouds: Clouds, people: Iterable[Person]) -> list[Secret]:
    """Return all that was secret in a run: what was typed, and what vendors issued.

    Tokens and e-mail addresses belong into one file each, everything else on no disk.
    """
    entries, credentials = "core.config_entries", "application_credentials"
    vendors = {
        "Withings": (WITHINGS_CLIENT_SECRET, clouds.withings.oauth.issued),
        "Google": (GOOGLE_CLIENT_SECRET, clouds.google.oauth.issued),
    }
    secrets = [
        Secret(what="a ticket or token of Garmin", value=value, place="weighbridge.")
        for value in clouds.garmin.tokens.issued
    ]
    for name, (client_secret, issued) in vendors.items():
        secrets.append(
            Secret(
                what=f"the client secret of {name}",
                value=client_secret,
                place=credentials,
            )
        )
        secrets.extend(
            Secret(what=f"a code or token of {name}", value=value, place=entries)
            for value in issued
        )
    secrets.extend(
        Secret(what="the id of a webhook", value=webhook_id, place=entries)
        for webhook_id in {
            subscription.callbackurl.rpartition("/")[2]
            for person in clouds.withings.people.values()
            for subscription in person.subscriptions
        }
    )
    for person in people:
        typed = {
            # It is filled in when Garmin wants a new sign-in.
            "e-mail": (person.email, entries),
            "password": (person.password, None),
            "MFA code": (person.code, None),
        }
        secrets.extend(
            Secret(what=f"{person.name}'s {what} of Garmin", value=value, place=place)
            for what, (value, place) in typed.items()
            if value is not None
        )
    return secrets
