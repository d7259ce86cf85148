"""Names shared by the rooms of Weighbridge."""

from enum import StrEnum
import logging
from typing import Final

DOMAIN: Final = "weighbridge"
LOGGER = logging.getLogger(__package__)


class Provider(StrEnum):
    """The vendors, as `entry.data["provider"]` names them."""

    WITHINGS = "withings"
    FITBIT = "fitbit"
    SCALE = "scale"
    GARMIN = "garmin"


SOURCES: Final = (Provider.WITHINGS, Provider.FITBIT, Provider.SCALE)

CONF_PROVIDER: Final = "provider"

# A Garmin entry's tokens between the sign-in and the first set-up.
CONF_TOKENS: Final = "tokens"

# In a source's token: the epoch second when the vendor ends the sign-in, if it will.
CONF_SIGN_IN_ENDS: Final = "refresh_token_expires_at"

CONF_LOW_BATTERY_THRESHOLD: Final = "low_battery_threshold"
DEFAULT_LOW_BATTERY_THRESHOLD: Final = 20

CONF_SENSOR_BATTERIES: Final = "sensor_batteries"

SUBENTRY_LINK: Final = "link"
SUBENTRY_PERSON: Final = "person"
CONF_WEIGH_INS: Final = "weigh_ins"
CONF_BLOOD_PRESSURE: Final = "blood_pressure"
CONF_DELETIONS: Final = "deletions"
CONF_HISTORY: Final = "history"
CONF_SINCE: Final = "since"
CONF_START: Final = "start"
CONF_MIN_WEIGHT: Final = "min_weight"
CONF_MAX_WEIGHT: Final = "max_weight"
CONF_HEIGHT: Final = "height"
CONF_MUSCLE_MASS: Final = "muscle_mass"


class History(StrEnum):
    """How far back a link reaches."""

    NEW = "new"
    ALL = "all"
    SINCE = "since"


class Status(StrEnum):
    """What is in the way of an account; a source is never consent, waiting or unlinked."""

    OK = "ok"
    WAITING = "waiting"
    THROTTLED = "throttled"
    REFUSED = "refused"
    CONSENT = "consent"
    UNAVAILABLE = "unavailable"
    SIGNED_OUT = "signed_out"
    NOT_LINKED = "not_linked"


# Tells that accounts are called otherwise than before.
SIGNAL_RENAMED: Final = f"{DOMAIN}_renamed"


def signal_person_updated(person_id: str) -> str:
    """Return the dispatcher signal that tells of news, or a good poll, of a person."""
    return f"{DOMAIN}_person_updated_{person_id}"
