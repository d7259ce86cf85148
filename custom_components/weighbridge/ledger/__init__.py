"""What must be pushed and what has been: pure, without Home Assistant and without I/O."""

from . import links, outcomes
from .codec import (
    BLOOD_PRESSURE_COLUMNS,
    WEIGH_IN_COLUMNS,
    LedgerWriter,
    ledger_from_json,
    make_blood_pressure,
    make_weigh_in,
)
from .entries import Item, Offer, Record, Remote, State, Way, differ
from .ledger import TWIN_BLOOD_PRESSURE, TWIN_WEIGH_IN, Ledger
from .patience import LOOKS, SETTLING_SECONDS, SUSPECT, due, file_size
from .reconcile import is_fresh, miss, missing, reconcile

__all__ = (
    "BLOOD_PRESSURE_COLUMNS",
    "LOOKS",
    "SETTLING_SECONDS",
    "SUSPECT",
    "TWIN_BLOOD_PRESSURE",
    "TWIN_WEIGH_IN",
    "WEIGH_IN_COLUMNS",
    "Item",
    "Ledger",
    "LedgerWriter",
    "Offer",
    "Record",
    "Remote",
    "State",
    "Way",
    "differ",
    "due",
    "file_size",
    "is_fresh",
    "ledger_from_json",
    "links",
    "make_blood_pressure",
    "make_weigh_in",
    "miss",
    "missing",
    "outcomes",
    "reconcile",
)
