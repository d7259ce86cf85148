"""What the flows of all vendors share: one entry for each account, renewed in place."""

from collections.abc import Mapping
from itertools import chain, count
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
)

from ..const import CONF_PROVIDER


class AccountFlow(ConfigFlow):
    """End of every sign-in."""

    async def _async_finish(
        self, unique_id: str, *, titles: tuple[str, ...], data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Create the entry of the account, or renew the sign-in of the one it has.

        A new entry is called by the first of `titles` that no other entry has, else by
        the first of all with a number.
        """
        existing = await self.async_set_unique_id(unique_id)
        if self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
            entry = (
                self._get_reauth_entry()
                if self.source == SOURCE_REAUTH
                else self._get_reconfigure_entry()
            )
            self._abort_if_unique_id_mismatch(
                reason="wrong_account", description_placeholders={"name": entry.title}
            )
            return self.async_update_reload_and_abort(entry, data_updates=data)
        if existing is not None:
            # The frontend restarts a re-authentication that lacks its credential as a
            # user flow, so this is where such an entry gets its new sign-in.
            return self.async_update_reload_and_abort(
                existing, data_updates=data, reason="already_configured"
            )
        return self.async_create_entry(
            title=self._free_title(titles), data=data, description=data[CONF_PROVIDER]
        )

    def _free_title(self, titles: tuple[str, ...]) -> str:
        """Return a title that tells this account from the others."""
        taken = {entry.title for entry in self._async_current_entries()}
        numbered = (f"{titles[0]} {number}" for number in count(2))
        return next(title for title in chain(titles, numbered) if title not in taken)
