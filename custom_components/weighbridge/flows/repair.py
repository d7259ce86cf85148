"""A repair that leads into signing in again."""

from typing import override

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    FlowType,
    RepairsFlowResult,
)
from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowContext

from ..const import DOMAIN
from ..entry import WeighbridgeConfigEntry


class SignInRepairFlow(ConfirmRepairFlow):
    """Say what happened, then go on with the sign-in.

    The issue comes again with the next poll if that did not help.
    """

    def __init__(self, entry_id: str) -> None:
        """Lead into the account of an entry."""
        self._entry_id = entry_id

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Tell, or go on."""
        if user_input is None:
            return await super().async_step_confirm()
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None:
            # It was removed while this was open, and the issue with it.
            return self.async_create_entry(data={})
        return self.async_create_entry(
            data={}, next_flow=(FlowType.CONFIG_FLOW, await self._async_sign_in(entry))
        )

    async def _async_sign_in(self, entry: WeighbridgeConfigEntry) -> str:
        """Return the flow that asks to sign in again, which may be there already."""
        for flow in entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}):
            return flow["flow_id"]
        result = await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context=ConfigFlowContext(
                source=SOURCE_REAUTH,
                entry_id=entry.entry_id,
                title_placeholders={"name": entry.title},
                unique_id=entry.unique_id,
            ),
            data=dict(entry.data),
        )
        return result["flow_id"]
