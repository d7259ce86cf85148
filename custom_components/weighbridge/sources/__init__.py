"""An account that measures: polled, remembered, told of by its vendor."""

from .book import Book, Question
from .coordinator import (
    SourceConfigEntry,
    SourceCoordinator,
    SourceRuntime,
    async_find_person,
    async_find_source,
    async_remove_source,
    async_setup_source,
)
from .devices import DeviceCoordinator
from .history import async_setup_history
from .issues import SIGN_IN, async_clear_issues
from .oauth import (
    UnknownImplementation,
    VendorImplementation,
    async_create_implementation,
    is_legacy_fitbit_id,
)
from .person import Limits, Person
from .questions import ATTR_SOURCE, Questions
from .scale_source import (
    Scale,
    ScaleConfigEntry,
    ScaleRuntime,
    async_remove_scale,
    async_setup_scale,
)
from .shelf import Fate, Shelf, Word
from .shown import (
    PERSON_SENSORS,
    TREND_SENSORS,
    PersonSensorDescription,
    TrendSensorDescription,
)
from .webhook import CONF_CALLBACKS, async_remove_webhook, async_setup_webhook

__all__ = (
    "ATTR_SOURCE",
    "CONF_CALLBACKS",
    "PERSON_SENSORS",
    "SIGN_IN",
    "TREND_SENSORS",
    "Book",
    "DeviceCoordinator",
    "Fate",
    "Limits",
    "Person",
    "PersonSensorDescription",
    "Question",
    "Questions",
    "Scale",
    "ScaleConfigEntry",
    "ScaleRuntime",
    "Shelf",
    "SourceConfigEntry",
    "SourceCoordinator",
    "SourceRuntime",
    "TrendSensorDescription",
    "UnknownImplementation",
    "VendorImplementation",
    "Word",
    "async_clear_issues",
    "async_create_implementation",
    "async_find_person",
    "async_find_source",
    "async_remove_scale",
    "async_remove_source",
    "async_remove_webhook",
    "async_setup_history",
    "async_setup_scale",
    "async_setup_source",
    "async_setup_webhook",
    "is_legacy_fitbit_id",
)
