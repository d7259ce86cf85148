"""The settings of a Garmin Connect account."""

from typing import Any, Final

import probatio

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers.selector import BooleanSelector

from ..const import CONF_SENSOR_BATTERIES

_SCHEMA: Final = probatio.Schema(
    {probatio.Required(CONF_SENSOR_BATTERIES, default=False): BooleanSelector()}
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
                _SCHEMA, self.config_entry.options
            ),
        )
