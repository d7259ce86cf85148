"""The simulated Withings: account.withings.com and wbsapi.withings.net in one."""

from .cloud import WithingsCloud
from .model import MeasureGroup, Subscription, WithingsDevice, WithingsPerson
from .oauth import WITHINGS_CLIENT_ID, WITHINGS_CLIENT_SECRET

__all__ = [
    "WITHINGS_CLIENT_ID",
    "WITHINGS_CLIENT_SECRET",
    "MeasureGroup",
    "Subscription",
    "WithingsCloud",
    "WithingsDevice",
    "WithingsPerson",
]
