"""A person's accounts in Home Assistant."""

from dataclasses import dataclass
from functools import partial

from ..clouds import Clouds
from .accounts import (
    Account,
    add_fitbit,
    add_garmin,
    add_google_credential,
    add_link,
    add_withings,
    add_withings_credential,
    find_account,
    want_sensor_batteries,
)
from .api import Api
from .cast import Person
from .console import step
from .devices import straps

LOAD_TIMEOUT = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """Where a person is found in Home Assistant."""

    person: Person
    source: Account
    garmin: Account

    @property
    def devices(self) -> dict[str, dict[str, str]]:
        """Return the entities of all devices by their translation keys."""
        return {**self.source.devices, **self.garmin.devices}

    def entity(self, key: str) -> str:
        """Return the id of an entity of the accounts by its translation key."""
        return {**self.source.entities, **self.garmin.entities}[key]

    async def wait_until_loaded(self, api: Api) -> None:
        """Wait until the accounts are set up."""
        awaited = [
            (self.source, self.entity("weight")),
            (self.garmin, self.entity("pending")),
            *(
                (self.source, entities["battery_low"])
                for entities in self.source.devices.values()
            ),
        ]
        for account, entity_id in awaited:
            await api.wait_for(
                f"{entity_id} of the account {account.title}",
                partial(_is_available, api, entity_id),
                LOAD_TIMEOUT,
            )


async def settle_in(api: Api, clouds: Clouds, people: list[Person]) -> list[Home]:
    """Set up people's accounts and the links between them."""
    with step("Store the application credentials of Withings and Google"):
        await add_withings_credential(api)
        await add_google_credential(api)
    return [await _settle_in(api, clouds, person) for person in people]


async def _settle_in(api: Api, clouds: Clouds, person: Person) -> Home:
    """Set up a person's accounts and the link between them."""
    if person.vendor == "fitbit":
        with step(f"{person.name} signs in to Google for Fitbit"):
            clouds.google.sign_in_as(person.name)
            source = await add_fitbit(api, person.name)
            clouds.google.sign_in_as(None)
    else:
        with step(f"{person.name} signs in to Withings"):
            clouds.withings.sign_in_as(person.name)
            source = await add_withings(api, person.name)
            clouds.withings.sign_in_as(None)
    code = "without" if person.code is None else "with"
    with step(f"{person.name} signs in to Garmin Connect, {code} an MFA code"):
        garmin, link_flow = await add_garmin(api, person)
    with step("Link them"):
        await add_link(
            api, link_flow, source, blood_pressure=person.vendor == "withings"
        )
    if names := {f"{strap.model} Battery" for strap in straps(person)}:
        with step(f"Switch on the batteries of {person.name}'s sensors"):
            await want_sensor_batteries(api, garmin)
            await api.wait_for(
                ", ".join(names), partial(_are_shown, api, names), LOAD_TIMEOUT
            )
    with step("See both accounts loaded"):
        return Home(
            person=person,
            source=await find_account(api, source),
            garmin=await find_account(api, garmin),
        )


def _are_shown(api: Api, names: set[str]) -> bool:
    """Tell whether there are entities of these names."""
    shown = {state.attributes.get("friendly_name") for state in api.states.values()}
    return names <= shown


def _is_available(api: Api, entity_id: str) -> bool:
    """Tell whether an entity is there and knows what it shows."""
    state = api.states.get(entity_id)
    return state is not None and state.state != "unavailable"
