"""Links: whose weigh-ins go to a Garmin account, and which of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from ..const import (
    CONF_BLOOD_PRESSURE,
    CONF_DELETIONS,
    CONF_HEIGHT,
    CONF_KIND,
    CONF_MAX_WEIGHT,
    CONF_MIN_WEIGHT,
    CONF_SOURCE,
    CONF_START,
    CONF_WEIGH_INS,
    KIND_SENSORS,
    SUBENTRY_LINK,
)
from ..ledger import Hold, Ledger, Offer
from ..model import BloodPressure, Doubt, WeighIn
from ..sources.scale import QUANTITIES

_DOUBTS = {Doubt.AMBIGUOUS: Hold.AMBIGUOUS, Doubt.INITIAL: Hold.INITIAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What every link sets: kg, metres, `start` an epoch second."""

    link_id: str
    start: int
    weigh_ins: bool = True
    blood_pressure: bool = False
    min_weight: float | None = None
    max_weight: float | None = None
    height: float | None = None

    def wants(self, record: WeighIn | BloodPressure) -> bool:
        """Tell whether a measurement is new enough for the link."""
        return record.second >= self.start

    def judge(self, weigh_in: WeighIn) -> Hold | None:
        """Return why a weigh-in must wait for a person's word, None when it need not."""
        if weigh_in.doubt is not None:
            return _DOUBTS[weigh_in.doubt]
        if self.min_weight is not None and weigh_in.weight < self.min_weight:
            return Hold.TOO_LIGHT
        if self.max_weight is not None and weigh_in.weight > self.max_weight:
            return Hold.TOO_HEAVY
        return None

    def offer(self, ledger: Ledger[WeighIn], weigh_in: WeighIn) -> Offer:
        """Offer a weigh-in to a ledger in the name of the link."""
        return ledger.offer(
            self.prepare(weigh_in),
            link=self.link_id,
            hold=self.judge(weigh_in),
            own_twins=weigh_in.relayed,
        )

    def offer_blood_pressure(
        self, ledger: Ledger[BloodPressure], reading: BloodPressure
    ) -> Offer:
        """Offer a blood pressure reading to a ledger in the name of the link."""
        hold = None if reading.doubt is None else _DOUBTS[reading.doubt]
        return ledger.offer(reading, link=self.link_id, hold=hold)

    def prepare(self, weigh_in: WeighIn) -> WeighIn:
        """Return a weigh-in with the BMI by the height of the link, if it sets one.

        Garmin's pages hide the body composition of weigh-ins without a BMI.
        """
        if self.height is None:
            return weigh_in
        return replace(weigh_in, bmi=round(weigh_in.weight / self.height**2, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink(Link):
    """A link from an account of Withings or Fitbit, by the id of its entry."""

    source: str
    deletions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorLink(Link):
    """A link from sensors of any scale.

    `sensors` are registry ids, or ids of entities that are not registered, by the
    quantities that they measure.
    """

    sensors: Mapping[str, str]

    @override
    def prepare(self, weigh_in: WeighIn) -> WeighIn:
        """Return a weigh-in with a BMI, the sensor's own if there is one."""
        if weigh_in.bmi is not None:
            return weigh_in
        return Link.prepare(self, weigh_in)


def link_of(subentry: ConfigSubentry) -> AccountLink | SensorLink:
    """Read the settings of a link."""
    data: Mapping[str, Any] = subentry.data
    start: str | None = data[CONF_START]
    common: dict[str, Any] = {
        "link_id": subentry.subentry_id,
        "start": 0 if start is None else int(datetime.fromisoformat(start).timestamp()),
        "min_weight": data.get(CONF_MIN_WEIGHT),
        "max_weight": data.get(CONF_MAX_WEIGHT),
        "height": data.get(CONF_HEIGHT),
    }
    if data[CONF_KIND] == KIND_SENSORS:
        sensors = {name: data[name] for name in QUANTITIES if name in data}
        return SensorLink(sensors=sensors, **common)
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
