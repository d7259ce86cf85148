"""Links: whose weigh-ins go to a Garmin account, and which of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_SOURCE
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_BLOOD_PRESSURE,
    CONF_DELETIONS,
    CONF_MUSCLE_MASS,
    CONF_START,
    CONF_WEIGH_INS,
    SUBENTRY_LINK,
)
from ..entry import WeighbridgeConfigEntry
from ..ledger import Ledger, Offer
from ..model import BloodPressure, Kind, WeighIn

# What Garmin takes as a pulse, in beats per minute.
PULSE = range(20, 251)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link from a person, by the id of their entry or subentry.

    `start` is an epoch second.
    """

    link_id: str
    source: str
    start: int
    weigh_ins: bool = True
    blood_pressure: bool = False
    deletions: bool = False
    muscle_mass: bool = True

    @property
    def key(self) -> str:
        """Return the source, of which an account has one link: one made anew is known."""
        return self.source

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Return what goes along the link."""
        carried = {
            Kind.WEIGH_IN: self.weigh_ins,
            Kind.BLOOD_PRESSURE: self.blood_pressure,
        }
        return tuple(kind for kind, wanted in carried.items() if wanted)

    def wants(self, record: WeighIn | BloodPressure) -> bool:
        """Tell whether a measurement goes along the link, and is new enough for it."""
        return record.kind in self.kinds and record.second >= self.start

    def offer(self, ledger: Ledger[Any], record: WeighIn | BloodPressure) -> Offer:
        """Offer a measurement to its ledger in the name of the link."""
        return ledger.offer(
            self.prepare(record),
            link=self.key,
            own_twins=isinstance(record, WeighIn) and record.relayed,
            now=int(dt_util.utcnow().timestamp()),
        )

    def prepare[R: WeighIn | BloodPressure](self, record: R) -> R:
        """Return a measurement as Garmin shall have it.

        Garmin's page takes the muscle mass for that of the skeletal muscles, which is
        about half of what most scales measure. A pulse that it refuses takes no blood
        pressure with it.
        """
        if isinstance(record, BloodPressure):
            pulse = record.heart_rate
            return record if pulse in PULSE else replace(record, heart_rate=None)
        return record if self.muscle_mass else replace(record, muscle_mass=None)


def link_of(subentry: ConfigSubentry) -> Link:
    """Read the settings of a link."""
    data: Mapping[str, Any] = subentry.data
    start: str | None = data[CONF_START]
    return Link(
        link_id=subentry.subentry_id,
        source=data[CONF_SOURCE],
        start=0 if start is None else int(datetime.fromisoformat(start).timestamp()),
        weigh_ins=data[CONF_WEIGH_INS],
        blood_pressure=data.get(CONF_BLOOD_PRESSURE, False),
        deletions=data.get(CONF_DELETIONS, False),
        muscle_mass=data.get(CONF_MUSCLE_MASS, True),
    )


def links_of(entry: WeighbridgeConfigEntry) -> dict[str, Link]:
    """Return the links of a Garmin entry by their ids; other entries have none."""
    return {
        subentry.subentry_id: link_of(subentry)
        for subentry in entry.subentries.values()
        if subentry.subentry_type == SUBENTRY_LINK
    }
