"""Settling that a link has lost its source."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult


class MissingSourceFlow(RepairsFlow):
    """Offer to delete a link that nothing comes through any more."""

    def __init__(self, entry_id: str, link_id: str) -> None:
        """Ask about a link of a Garmin account."""
        self._entry_id = entry_id
        self._link_id = link_id

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what has happened, and what may be done."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        link = None if entry is None else entry.subentries.get(self._link_id)
        if link is None:
            return self.async_abort(reason="link_removed")
        return self.async_show_menu(
            step_id="init",
            menu_options=["delete_link"],
            description_placeholders={"link": link.title},
        )

    async def async_step_delete_link(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Delete the link; what was pushed stays at Garmin."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is not None and self._link_id in entry.subentries:
            self.hass.config_entries.async_remove_subentry(entry, self._link_id)
        return self.async_create_entry(data={})
