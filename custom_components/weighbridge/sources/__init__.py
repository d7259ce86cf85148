"""An account that measures: polled, remembered, told of by its vendor."""

from .coordinator import (
    SourceConfigEntry,
    SourceCoordinator,
    SourceData,
    async_remove_source,
    async_setup_source,
)
from .devices import DeviceCoordinator
from .history import async_setup_history
from .oauth import (
    UnknownImplementation,
    VendorImplementation,
    async_create_implementation,
    is_legacy_fitbit_id,
)
from .webhook import CONF_CALLBACKS, async_remove_webhook, async_setup_webhook

__all__ = (
    "CONF_CALLBACKS",
    "DeviceCoordinator",
    "SourceConfigEntry",
    "SourceCoordinator",
    "SourceData",
    "UnknownImplementation",
    "VendorImplementation",
    "async_create_implementation",
    "async_remove_source",
    "async_remove_webhook",
    "async_setup_history",
    "async_setup_source",
    "async_setup_webhook",
    "is_legacy_fitbit_id",
)
