"""The settings of a Withings or Fitbit account."""

from typing import Any

import probatio

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)

from ..const import CONF_LOW_BATTERY_THRESHOLD
from ..sources import SourceConfigEntry
from .settings import (
    LOW_BATTERY,
    async_as_entered,
    async_as_stored,
    async_person_fields,
    find_person_errors,
)


class SourceOptionsFlow(OptionsFlowWithReload):
    """Change what is set about the person of an account."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for limits and height, and from when on a battery is low."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = find_person_errors(user_input)
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
