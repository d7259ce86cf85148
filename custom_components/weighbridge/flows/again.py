"""Asking again: a re-authentication that went wrong leaves its question open."""

from typing import Any, Final, override

from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlow
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow

RENEWED: Final = "reauth_successful"


class AskAgainFlow(ConfigFlow):
    """A flow that, where it was to sign in again and did not, is followed by another.

    Home Assistant takes the question away with any end of the flow.
    """

    _ended_badly = False

    @callback
    def _note_end(self, reason: str) -> None:
        """Take note of why the flow ends."""
        self._ended_badly = reason != RENEWED

    @callback
    @override
    def _abort_if_unique_id_mismatch(self, **told: Any) -> None:
        """Abort the flow if it is another account that was signed in to."""
        try:
            super()._abort_if_unique_id_mismatch(**told)
        except AbortFlow as err:
            self._note_end(err.reason)
            raise

    @callback
    @override
    def async_remove(self) -> None:
        """Ask again."""
        if self._ended_badly and self.source == SOURCE_REAUTH:
            self._get_reauth_entry().async_start_reauth(self.hass)
