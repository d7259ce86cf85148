"""Simulated vendors over HTTP."""

from .faults import Fault, Faults
from .garmin import GarminAccount, GarminBloodPressure, GarminCloud, GarminWeighIn
from .google import (
    GOOGLE_CLIENT_ID,
    GOOGLE_CLIENT_SECRET,
    HEALTH_SCOPE,
    GoogleCloud,
    GooglePerson,
    google_error,
)
from .log import Request, RequestLog
from .point import point, pointed
from .server import Clouds
from .sms import SmsMessage
from .withings import (
    WITHINGS_CLIENT_ID,
    WITHINGS_CLIENT_SECRET,
    MeasureGroup,
    WithingsCloud,
    WithingsPerson,
)

__all__ = [
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "HEALTH_SCOPE",
    "WITHINGS_CLIENT_ID",
    "WITHINGS_CLIENT_SECRET",
    "Clouds",
    "Fault",
    "Faults",
    "GarminAccount",
    "GarminBloodPressure",
    "GarminCloud",
    "GarminWeighIn",
    "GoogleCloud",
    "GooglePerson",
    "MeasureGroup",
    "Request",
    "RequestLog",
    "SmsMessage",
    "WithingsCloud",
    "WithingsPerson",
    "google_error",
    "point",
    "pointed",
]
