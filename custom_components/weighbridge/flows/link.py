"""Linking a source to a Garmin account."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import probatio

from homeassistant.config_entries import ConfigEntry, SubentryFlowResult
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_BLOOD_PRESSURE,
    CONF_DELETIONS,
    CONF_HISTORY,
    CONF_KIND,
    CONF_PROVIDER,
    CONF_SINCE,
    CONF_SOURCE,
    CONF_START,
    CONF_WEIGH_INS,
    DOMAIN,
    KIND_ACCOUNT,
    KIND_SENSORS,
    SOURCES,
    History,
)
from ..names import account_name
from .limits import LIMITS, find_limit_errors, limits
from .sensor_link import SensorLinkFlow

# Links count in epoch seconds.
EARLIEST: Final = date(1970, 1, 1)

SETTINGS: Final[VolDictType] = {
    probatio.Required(CONF_WEIGH_INS, default=True): BooleanSelector(),
    probatio.Required(CONF_BLOOD_PRESSURE, default=False): BooleanSelector(),
    probatio.Required(CONF_DELETIONS, default=False): BooleanSelector(),
    probatio.Required(CONF_HISTORY, default=History.NEW.value): SelectSelector(
        SelectSelectorConfig(
            options=[history.value for history in History],
            mode=SelectSelectorMode.LIST,
            translation_key=CONF_HISTORY,
        )
    ),
    probatio.Optional(CONF_SINCE): DateSelector(),
    **LIMITS,
}


@callback
def async_get_sources(hass: HomeAssistant) -> dict[str, ConfigEntry]:
    """Return the accounts that a link may start from, by their ids."""
    return {
        entry.entry_id: entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data[CONF_PROVIDER] in SOURCES
    }


class LinkFlow(SensorLinkFlow):
    """Choose whose weigh-ins go to a Garmin account, and which of them."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the weigh-ins come from."""
        return self.async_show_menu(
            step_id="user", menu_options=[KIND_ACCOUNT, KIND_SENSORS]
        )

    async def async_step_account(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Link an account of Withings or Fitbit."""
        sources = async_get_sources(self.hass)
        if not sources:
            return self.async_abort(reason="no_sources")
        errors: dict[str, str] = {}
        if user_input is not None:
            source = user_input[CONF_SOURCE]
            if any(
                subentry.unique_id == source
                for subentry in self._get_entry().subentries.values()
            ):
                return self.async_abort(reason="already_configured")
            errors = _find_errors(user_input)
            if source not in sources:
                errors[CONF_SOURCE] = "source_removed"
            if not errors:
                return self.async_create_entry(
                    description="linked",
                    title=sources[source].title,
                    data={
                        CONF_KIND: KIND_ACCOUNT,
                        CONF_SOURCE: source,
                        CONF_START: _start(user_input),
                        **_settings(user_input),
                    },
                    unique_id=source,
                )
        source_selector = SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=entry_id, label=account_name(entry))
                    for entry_id, entry in sources.items()
                ],
                mode=SelectSelectorMode.DROPDOWN,
            )
        )
        return self.async_show_form(
            step_id="account",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(
                    {probatio.Required(CONF_SOURCE): source_selector, **SETTINGS}
                ),
                user_input,
            ),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a link; its source and, unless it is changed, its start stay."""
        subentry = self._get_reconfigure_subentry()
        if subentry.data[CONF_KIND] == KIND_SENSORS:
            return await self.async_step_reconfigure_sensors()
        current = _as_input(subentry.data)
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = _find_errors(user_input)
            if not errors:
                start = (
                    subentry.data[CONF_START]
                    if _reach(user_input) == _reach(current)
                    else _start(user_input)
                )
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    data={
                        CONF_KIND: KIND_ACCOUNT,
                        CONF_SOURCE: subentry.data[CONF_SOURCE],
                        CONF_START: start,
                        **_settings(user_input),
                    },
                )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(SETTINGS), current if user_input is None else user_input
            ),
            errors=errors,
            description_placeholders={"source": subentry.title},
        )


def _find_errors(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the settings, by field."""
    errors = find_limit_errors(user_input)
    if user_input[CONF_HISTORY] == History.SINCE:
        if CONF_SINCE not in user_input:
            errors[CONF_SINCE] = "since_missing"
        elif not EARLIEST <= _since(user_input) <= dt_util.now().date():
            errors[CONF_SINCE] = "since_out_of_range"
    return errors


def _settings(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a link keeps as it was entered; what was left empty is absent."""
    kept = (
        CONF_WEIGH_INS,
        CONF_BLOOD_PRESSURE,
        CONF_DELETIONS,
        CONF_HISTORY,
    )
    chosen = {key: user_input[key] for key in kept if key in user_input}
    return chosen | limits(user_input)


def _start(user_input: Mapping[str, Any]) -> str | None:
    """Return from when on a link pushes, as ISO 8601 in UTC; None is from ever."""
    if user_input[CONF_HISTORY] == History.NEW:
        return dt_util.utcnow().isoformat()
    if user_input[CONF_HISTORY] == History.SINCE:
        midnight = dt_util.start_of_local_day(_since(user_input))
        return midnight.astimezone(UTC).isoformat()
    return None


def _since(user_input: Mapping[str, Any]) -> date:
    """Return the date that was entered."""
    return date.fromisoformat(user_input[CONF_SINCE])


def _reach(user_input: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return what decides how far back a link goes."""
    history: str = user_input[CONF_HISTORY]
    return history, user_input[CONF_SINCE] if history == History.SINCE else None


def _as_input(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a link as they were entered."""
    entered = _settings(data)
    if data[CONF_HISTORY] == History.SINCE:
        start = dt_util.as_local(datetime.fromisoformat(data[CONF_START]))
        entered[CONF_SINCE] = start.date().isoformat()
    return entered
