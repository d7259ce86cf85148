"""Settling that a Garmin account has no link."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.components.repairs.const import FlowType

from ..names import async_sources
from .link import async_open_link


class NotLinkedFlow(RepairsFlow):
    """Open the form of a link; the issue goes when there is one."""

    def __init__(self, entry_id: str) -> None:
        """Add a link to a Garmin account."""
        self._entry_id = entry_id

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Go on with the flow of the link, if there is anybody to link."""
        if not async_sources(self.hass):
            return self.async_abort(reason="no_sources")
        flow_id = await async_open_link(self.hass, self._entry_id)
        return self.async_abort(
            reason="link_form",
            next_flow=(FlowType.CONFIG_SUBENTRIES_FLOW, flow_id),
        )
