"""The public API of Withings."""

from .client import STATUS_AUTH, STATUS_OK, Subscription, WithingsClient

__all__ = (
    "STATUS_AUTH",
    "STATUS_OK",
    "Subscription",
    "WithingsClient",
)
