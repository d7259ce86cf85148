"""The simulated Google: OAuth, user info and the Health API."""

from .cloud import GoogleCloud
from .errors import google_error
from .model import GoogleDevice, GooglePerson
from .oauth import GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, HEALTH_SCOPE

__all__ = [
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "HEALTH_SCOPE",
    "GoogleCloud",
    "GoogleDevice",
    "GooglePerson",
    "google_error",
]
