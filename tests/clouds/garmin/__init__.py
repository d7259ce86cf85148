"""The simulated Garmin: sso, diauth and connectapi in one."""

from .cloud import GarminCloud
from .model import GarminAccount, GarminBloodPressure, GarminWeighIn, Upload

__all__ = [
    "GarminAccount",
    "GarminBloodPressure",
    "GarminCloud",
    "GarminWeighIn",
    "Upload",
]
