"""Links: whose weigh-ins go to a Garmin account, and which of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigSubentry

from .const import (
    CONF_BLOOD_PRESSURE,
    CONF_DELETIONS,
    CONF_HEIGHT,
    CONF_MAX_WEIGHT,
    CONF_MIN_WEIGHT,
    CONF_SOURCE,
    CONF_START,
    CONF_WEIGH_INS,
)
from .ledger import Ledger
from .ledger_entries import Hold, Offer
from .model import BloodPressure, Doubt, WeighIn

_DOUBTS = {Doubt.AMBIGUOUS: Hold.AMBIGUOUS, Doubt.INITIAL: Hold.INITIAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link as its subentry sets it: kg, metres, `start` an epoch second."""

    link_id: str
    source: str
    weigh_ins: bool
    blood_pressure: bool
    deletions: bool
    start: int
    min_weight: float | None
    max_weight: float | None
    height: float | None

    @classmethod
    def from_subentry(cls, subentry: ConfigSubentry) -> Link:
        """Read the settings of a link."""
        data: Mapping[str, Any] = subentry.data
        start: str | None = data[CONF_START]
        return cls(
            link_id=subentry.subentry_id,
            source=data[CONF_SOURCE],
            weigh_ins=data[CONF_WEIGH_INS],
            blood_pressure=data.get(CONF_BLOOD_PRESSURE, False),
            deletions=data.get(CONF_DELETIONS, False),
            start=0
            if start is None
            else int(datetime.fromisoformat(start).timestamp()),
            min_weight=data.get(CONF_MIN_WEIGHT),
            max_weight=data.get(CONF_MAX_WEIGHT),
            height=data.get(CONF_HEIGHT),
        )

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
