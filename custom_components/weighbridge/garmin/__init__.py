"""The destination: an account at Garmin Connect, its gate, its lanes and its links."""

from . import issues
from .account import GarminAccount, GarminConfigEntry, Spot
from .fit import EARLIEST
from .gate import GarminGate
from .lanes import DIASTOLIC, SYSTOLIC
from .link import PULSE, Link, links_of
from .sensors import async_setup_sensors, sensor_store
from .shown import ACCOUNT_SENSORS, AccountSensorDescription
from .single import async_push_measurement
from .storage import AccountMemory
from .sync import async_sync

__all__ = (
    "ACCOUNT_SENSORS",
    "DIASTOLIC",
    "EARLIEST",
    "PULSE",
    "SYSTOLIC",
    "AccountMemory",
    "AccountSensorDescription",
    "GarminAccount",
    "GarminConfigEntry",
    "GarminGate",
    "Link",
    "Spot",
    "async_push_measurement",
    "async_setup_sensors",
    "async_sync",
    "issues",
    "links_of",
    "sensor_store",
)
