"""Links: whose weigh-ins go to a Garmin account, and which of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
import math
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from ..const import (
    CONF_BLOOD_PRESSURE,
    CONF_DELETIONS,
    CONF_HEIGHT,
    CONF_KIND,
    CONF_MAX_WEIGHT,
    CONF_MIN_WEIGHT,
    CONF_MUSCLE_MASS,
    CONF_SOURCE,
    CONF_START,
    CONF_WEIGH_INS,
    KIND_SENSORS,
    SUBENTRY_LINK,
)
from ..ledger import Ledger, Offer
from ..model import BloodPressure, WeighIn
from ..sources.scale import QUANTITIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What every link sets; `start` is an epoch second."""

    link_id: str
    start: int
    weigh_ins: bool = True
    blood_pressure: bool = False
    muscle_mass: bool = True

    @property
    def key(self) -> str:
        """Return what the ledger knows the link by, also if it is made anew."""
        return self.link_id

    def wants(self, record: WeighIn | BloodPressure) -> bool:
        """Tell whether a measurement is new enough for the link."""
        return record.second >= self.start

    def offer(self, ledger: Ledger[WeighIn], weigh_in: WeighIn) -> Offer:
        """Offer a weigh-in to a ledger in the name of the link."""
        return ledger.offer(
            self.prepare(weigh_in),
            link=self.key,
            own_twins=weigh_in.relayed,
        )

    def offer_blood_pressure(
        self, ledger: Ledger[BloodPressure], reading: BloodPressure
    ) -> Offer:
        """Offer a blood pressure reading to a ledger in the name of the link."""
        return ledger.offer(reading, link=self.key)

    def prepare(self, weigh_in: WeighIn) -> WeighIn:
        """Return a weigh-in as Garmin shall have it.

        Garmin's page takes the muscle mass for that of the skeletal muscles, which is
        about half of what most scales measure.
        """
        return weigh_in if self.muscle_mass else replace(weigh_in, muscle_mass=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink(Link):
    """A link from an account of Withings or Fitbit, by the id of its entry."""

    source: str
    deletions: bool = False

    @property
    @override
    def key(self) -> str:
        """Return the source: it has one link to an account."""
        return self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorLink(Link):
    """A link from sensors of any scale.

    `sensors` are registry ids, or ids of entities that are not registered, by the
    quantities that they measure. Weights are in kg, `height` is in metres.
    """

    sensors: Mapping[str, str]
    min_weight: float | None = None
    max_weight: float | None = None
    height: float | None = None

    @override
    def wants(self, record: WeighIn | BloodPressure) -> bool:
        """Tell whether a measurement is new enough, and its weight likely."""
        return Link.wants(self, record) and (
            not isinstance(record, WeighIn)
            or (self.min_weight or 0) <= record.weight <= (self.max_weight or math.inf)
        )

    @override
    def prepare(self, weigh_in: WeighIn) -> WeighIn:
        """Return a weigh-in with a BMI, the sensor's own if there is one.

        Garmin's pages hide the body composition of weigh-ins without a BMI.
        """
        if weigh_in.bmi is None and self.height is not None:
            bmi = round(weigh_in.weight / self.height**2, 1)
            weigh_in = replace(weigh_in, bmi=bmi)
        return Link.prepare(self, weigh_in)


def link_of(subentry: ConfigSubentry) -> AccountLink | SensorLink:
    """Read the settings of a link."""
    data: Mapping[str, Any] = subentry.data
    start: str | None = data[CONF_START]
    common: dict[str, Any] = {
        "link_id": subentry.subentry_id,
        "start": 0 if start is None else int(datetime.fromisoformat(start).timestamp()),
        "muscle_mass": data.get(CONF_MUSCLE_MASS, True),
    }
    if data[CONF_KIND] == KIND_SENSORS:
        sensors = {name: data[name] for name in QUANTITIES if name in data}
        return SensorLink(
            sensors=sensors,
            min_weight=data.get(CONF_MIN_WEIGHT),
            max_weight=data.get(CONF_MAX_WEIGHT),
            height=data.get(CONF_HEIGHT),
            **common,
        )
    return AccountLink(
        source=data[CONF_SOURCE],
        weigh_ins=data[CONF_WEIGH_INS],
        blood_pressure=data.get(CONF_BLOOD_PRESSURE, False),
        deletions=data.get(CONF_DELETIONS, False),
        **common,
    )


def links_of(entry: ConfigEntry) -> dict[str, AccountLink | SensorLink]:
    """Return the links of a Garmin entry by their ids; other entries have none."""
    return {
        subentry.subentry_id: link_of(subentry)
        for subentry in entry.subentries.values()
        if subentry.subentry_type == SUBENTRY_LINK
    }
