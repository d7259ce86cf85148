"""The settings of accounts."""

from typing import Any, Final

import probatio

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.helpers.selector import BooleanSelector

from ..const import CONF_LOW_BATTERY_THRESHOLD, CONF_SENSOR_BATTERIES
from ..sources import SourceConfigEntry
from .settings import (
    LOW_BATTERY,
    async_as_entered,
    async_as_stored,
    async_person_fields,
    find_limit_errors,
)

GARMIN_SCHEMA: Final = probatio.Schema(
    {probatio.Required(CONF_SENSOR_BATTERIES, default=False): BooleanSelector()}
)


class SourceOptionsFlow(OptionsFlowWithReload):
    """Change what is set about the person of an account."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for limits and height, and from when on a battery is low."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = find_limit_errors(user_input)
            if not errors:
                return self.async_create_entry(
                    data=async_as_stored(self.hass, user_input)
                )
        fields = async_person_fields(self.hass)
        if self._tells_percent():
            fields = {**fields, **LOW_BATTERY}
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(fields),
                async_as_entered(self.hass, self.config_entry.options)
                if user_input is None
                else user_input,
            ),
            errors=errors,
        )

    def _tells_percent(self) -> bool:
        """Tell whether any battery of the account is told in percent, as far as known."""
        entry: SourceConfigEntry = self.config_entry
        if CONF_LOW_BATTERY_THRESHOLD in entry.options:
            return True
        return entry.state is ConfigEntryState.LOADED and any(
            device.battery is not None
            for device in entry.runtime_data.devices.data.values()
        )


class GarminOptionsFlow(OptionsFlowWithReload):
    """Choose what is read of an account besides its weigh-ins."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether the batteries of sensors are wanted."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                GARMIN_SCHEMA, self.config_entry.options
            ),
        )
