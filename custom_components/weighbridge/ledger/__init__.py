"""What must be pushed and what has been: pure, without Home Assistant and without I/O."""

from .codec import (
    BLOOD_PRESSURE_COLUMNS,
    WEIGH_IN_COLUMNS,
    ledger_from_json,
    ledger_to_json,
    make_blood_pressure,
    make_weigh_in,
    time_from_json,
    time_to_json,
)
from .entries import Offer, Record, Remote, State, Way
from .ledger import TWIN_BLOOD_PRESSURE, TWIN_WEIGH_IN, Ledger
from .reconcile import missing, reconcile

__all__ = (
    "BLOOD_PRESSURE_COLUMNS",
    "TWIN_BLOOD_PRESSURE",
    "TWIN_WEIGH_IN",
    "WEIGH_IN_COLUMNS",
    "Ledger",
    "Offer",
    "Record",
    "Remote",
    "State",
    "Way",
    "ledger_from_json",
    "ledger_to_json",
    "make_blood_pressure",
    "make_weigh_in",
    "missing",
    "reconcile",
    "time_from_json",
    "time_to_json",
)
