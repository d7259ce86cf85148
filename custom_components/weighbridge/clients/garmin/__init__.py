"""Garmin Connect, by way of `garminconnect`."""

from .client import GarminBloodPressure, GarminClient, GarminWeighIn
from .errors import (
    GarminAmbiguousError,
    GarminAuthError,
    GarminCodeError,
    GarminConsentError,
    GarminDuplicateError,
    GarminError,
    GarminForbiddenError,
    GarminRejectedError,
    GarminThrottledError,
    GarminUnavailableError,
)
from .sensors import SensorReader
from .sign_in import GarminProfile, GarminSignIn

__all__ = (
    "GarminAmbiguousError",
    "GarminAuthError",
    "GarminBloodPressure",
    "GarminClient",
    "GarminCodeError",
    "GarminConsentError",
    "GarminDuplicateError",
    "GarminError",
    "GarminForbiddenError",
    "GarminProfile",
    "GarminRejectedError",
    "GarminSignIn",
    "GarminThrottledError",
    "GarminUnavailableError",
    "GarminWeighIn",
    "SensorReader",
)
