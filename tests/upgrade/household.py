"""A household with all that Weighbridge remembers, and how it is shown."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..clouds import Clouds
from ..support.common import entity_id_of, link, set_up
from ..support.push import NOW, UPLOAD, hours, poll
from ..support.scale_house import House

EMAILS = ("alice@example.com", "bob@example.com", "carol@example.com")
_LATER = timedelta(days=3)


class Household:
    """Alice with Withings, Bob with Fitbit, Carol and Dave with a scale they share."""

    def __init__(self, hass: HomeAssistant, clouds: Clouds) -> None:
        """Find the entries that are there."""
        self.hass = hass
        self.clouds = clouds
        entries: list[Any] = hass.config_entries.async_entries(DOMAIN)
        self.entries: dict[str, MockConfigEntry] = {e.title: e for e in entries}
        self.sources = [e for e in entries if e.data["provider"] != "garmin"]
        self.accounts = [e for e in entries if e.data["provider"] == "garmin"]

    async def async_known(self) -> dict[str, Any]:
        """Return all that is shown of everybody, by what it is called."""
        known: dict[str, Any] = {}
        for entry in self.sources:
            questions = entry.runtime_data.questions.open
            known[f"{entry.title} asks"] = sorted(
                question.key for question in questions
            )
            people = [
                key
                for key, subentry in entry.subentries.items()
                if subentry.subentry_type == "person"
            ]
            for person in people or [None]:
                name = f"{entry.title} {person or ''}"
                known[name] = {
                    "measurements": await self._async_measurements(entry, person),
                    "sensors": self._sensors(entry, person),
                }
        for entry in self.accounts:
            pending = entity_id_of(self.hass, entry, "pending")
            state = None if pending is None else self.hass.states.get(pending)
            known[entry.title] = None if state is None else state.state
        return known

    def at_garmin(self) -> dict[str, list[tuple[str, float]]]:
        """Return what each account holds, the oldest first."""
        return {
            email: [
                (w.measured_at.isoformat(), w.weight)
                for w in self.clouds.garmin.weigh_ins(email)
            ]
            for email in EMAILS
        }

    async def _async_measurements(
        self, entry: MockConfigEntry, person: str | None
    ) -> list[dict[str, Any]]:
        response: Any = await self.hass.services.async_call(
            DOMAIN,
            "get_measurements",
            {
                "config_entry_id": entry.entry_id,
                "start": "2000-01-01",
                "end": "2040-01-01",
                **({"person": person} if person else {}),
            },
            blocking=True,
            return_response=True,
        )
        measurements: list[dict[str, Any]] = response["measurements"]
        return measurements

    def _sensors(self, entry: MockConfigEntry, person: str | None) -> dict[str, str]:
        """Return what the sensors of somebody show, trend and goal among them."""
        return {
            str(registered.translation_key): state.state
            for registered in er.async_entries_for_config_entry(
                er.async_get(self.hass), entry.entry_id
            )
            if registered.config_subentry_id == person
            and registered.domain in ("sensor", "number")
            # When it was polled last is no matter of what is remembered.
            and registered.translation_key not in ("status", "last_sync")
            and (state := self.hass.states.get(registered.entity_id)) is not None
        }


async def async_live(
    hass: HomeAssistant,
    clouds: Clouds,
    freezer: FrozenDateTimeFactory,
    house: House,
    withings: MockConfigEntry,
    fitbit: MockConfigEntry,
) -> Household:
    """Have everything happen that is remembered."""
    freezer.move_to(NOW)
    for day in range(12):
        when = NOW - timedelta(days=20 - day)
        clouds.withings.step_on_scale("alice", 80 + day / 10, when=when, body_fat=30.0)
        clouds.google.step_on_scale("bob", 90 - day / 10, when=when)
    clouds.withings.blood_pressure("alice", 122, 79, when=NOW - timedelta(days=4))
    await set_up(hass, withings)
    await set_up(hass, fitbit)
    await house.async_move_in(
        {"Carol": {}, "Dave": {"min_weight": 80}}, body_fat="sensor.scale_body_fat"
    )
    accounts = []
    for email, source, person in zip(
        EMAILS, (withings, fitbit, house.entry), (None, None, "Carol"), strict=True
    ):
        account = _account(hass, clouds, email)
        await set_up(hass, account)
        link(
            hass,
            account,
            source,
            person=house.person(person) if person else None,
            start=NOW - timedelta(days=25),
            history="all",
            deletions=True,
            blood_pressure=source is withings,
        )
        accounts.append(account)
    await hass.async_block_till_done(wait_background_tasks=True)
    await hours(hass, freezer, 2)
    # Asked, and answered with both words; one question stays open.
    for weight, word in ((44.0, "nobody"), (95.0, "mine"), (33.0, None)):
        clouds.withings.step_on_scale("alice", weight)
        await poll(hass, withings)
        if word is not None:
            (question,) = withings.runtime_data.questions.open
            await _async_say(hass, withings, question.key, word)
        await hours(hass, freezer, 0.5)
    for weight, name in (
        (62.0, "Carol"),
        (85.0, "Dave"),
        (62.3, "nobody"),
        (61.8, "Carol"),
    ):
        await house.weigh(weight, 25.0)
        await _async_say(
            hass,
            house.entry,
            house.asked[-1]["weigh_in"],
            name if name == "nobody" else house.person(name),
        )
    await house.weigh(70.5)
    # Deleted, re-dated and corrected at the source.
    first, second, third, *_ = clouds.withings.people["alice"].groups
    clouds.withings.delete("alice", first.grpid)
    clouds.withings.redate(
        "alice", second.grpid, second.measured_at + timedelta(hours=5)
    )
    clouds.withings.edit("alice", third.grpid, 80.25)
    await hours(hass, freezer, 26)
    await hass.services.async_call(
        "number",
        "set_value",
        {
            "entity_id": entity_id_of(hass, withings, "goal_weight", "number"),
            "value": 75,
        },
        blocking=True,
    )
    # Refused alone, and waiting for an answer that was lost.
    clouds.garmin.refuse(weight_above=88.5, status=400)
    clouds.google.step_on_scale("bob", 88.6)
    clouds.google.step_on_scale("bob", 88.4, when=NOW + timedelta(hours=20))
    await poll(hass, fitbit)
    await hours(hass, freezer, 3)
    clouds.garmin.accept_all()
    clouds.faults.answer(UPLOAD, 503, times=None)
    clouds.withings.step_on_scale("alice", 81.1)
    await poll(hass, withings)
    await hass.async_block_till_done(wait_background_tasks=True)
    return Household(hass, clouds)


def _account(hass: HomeAssistant, clouds: Clouds, email: str) -> MockConfigEntry:
    """Return the entry of a Garmin account, signed in but not yet set up."""
    name = email.partition("@")[0].title()
    user = clouds.garmin.account(email, "a password", display_name=name)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=f"{name} · Garmin Connect",
        unique_id=f"garmin_{user.profile_id}",
        data={
            "provider": "garmin",
            "username": email,
            "tokens": clouds.garmin.signed_in(user),
        },
    )
    entry.add_to_hass(hass)
    return entry


async def _async_say(
    hass: HomeAssistant, entry: MockConfigEntry, key: str, word: str
) -> None:
    """Say whose a weigh-in is."""
    await hass.services.async_call(
        DOMAIN,
        "assign_weigh_in",
        {"config_entry_id": entry.entry_id, "weigh_in": key, "person": word},
        blocking=True,
    )
    await hass.async_block_till_done(wait_background_tasks=True)
