"""The repair that asks whether what is gone at its source shall go at Garmin, too."""

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .garmin import GarminAccount, GarminConfigEntry, Spot
from .units import async_time_text

# More than a person looks through on a phone; the rest is asked for next.
MAX_SHOWN = 50


class GoneRepairFlow(RepairsFlow):
    """Ask whether what is gone at its source shall go at Garmin, too."""

    def __init__(self, entry_id: str, key: str) -> None:
        """Ask about what one link has pushed."""
        self._entry_id = entry_id
        self._key = key
        self._shown: list[Spot] = []

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_gone()

    async def async_step_gone(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show what is gone, the newest first."""
        account = loaded_account(self.hass, self._entry_id)
        if account is None:
            return self.async_abort(reason="account_not_loaded")
        gone = account.gone.get(self._key, frozenset())
        self._shown = sorted(gone, key=lambda spot: -spot[1])[:MAX_SHOWN]
        labels = [
            async_time_text(self.hass, dt_util.utc_from_timestamp(second))
            for _, second in self._shown
        ]
        return self.async_show_menu(
            step_id="gone",
            menu_options=["remove", "keep"],
            description_placeholders={
                "measurements": "\n".join(f"- {x}" for x in labels)
            },
        )

    async def async_step_remove(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Remove them from Garmin."""
        return await self._async_answer(remove=True)

    async def async_step_keep(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave them at Garmin."""
        return await self._async_answer(remove=False)

    async def _async_answer(self, *, remove: bool) -> RepairsFlowResult:
        """Carry out the word on what was shown; what is back meanwhile stays."""
        account = loaded_account(self.hass, self._entry_id)
        if account is None:
            return self.async_abort(reason="account_not_loaded")
        await account.async_answer(self._key, self._shown, remove=remove)
        if account.gone.get(self._key):
            # To finish would withdraw the question about these.
            return await self.async_step_gone()
        return self.async_create_entry(description="decided", data={})


def loaded_account(hass: HomeAssistant, entry_id: str) -> GarminAccount | None:
    """Return an account, None while it is not loaded."""
    entry: GarminConfigEntry | None = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    return entry.runtime_data
