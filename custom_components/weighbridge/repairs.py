"""Repairs: a person's word on weigh-ins that wait for one."""

from typing import Any

import probatio

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util

from .ledger import Item, State
from .push import GarminAccount, GarminConfigEntry

CONF_PUSH = "push"

# More than a person looks through on a phone; the rest is asked for next.
MAX_SHOWN = 50


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow that settles an issue."""
    if data:
        return WaitingRepairFlow(str(data["entry_id"]), State(str(data["state"])))
    return ConfirmRepairFlow()


class WaitingRepairFlow(RepairsFlow):
    """Ask which weigh-ins are pushed; the others are left out."""

    def __init__(self, entry_id: str, state: State) -> None:
        """Ask about the weigh-ins of an account that are in one state."""
        self._entry_id = entry_id
        self._state = state
        self._shown: list[Item] = []

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask about one weigh-in by a question, about several by a list."""
        account = self._account()
        if account is None:
            return self.async_abort(reason="account_not_loaded")
        self._shown = account.ledger.items(self._state)[:MAX_SHOWN]
        if len(self._shown) == 1:
            return self.async_show_menu(
                step_id="init",
                menu_options=["push", "leave_out"],
                description_placeholders={"weigh_in": _label(self._shown[0])},
            )
        return await self.async_step_choose()

    async def async_step_push(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Push the one weigh-in."""
        return await self._async_decide({item.record.second for item in self._shown})

    async def async_step_leave_out(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave the one weigh-in out."""
        return await self._async_decide(set())

    async def async_step_choose(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Push those of several that are chosen."""
        if user_input is not None:
            return await self._async_decide(
                {int(second) for second in user_input[CONF_PUSH]}
            )
        options = [
            SelectOptionDict(value=str(item.record.second), label=_label(item))
            for item in self._shown
        ]
        selector = SelectSelector(
            SelectSelectorConfig(
                options=options, multiple=True, mode=SelectSelectorMode.LIST
            )
        )
        return self.async_show_form(
            step_id="choose",
            data_schema=probatio.Schema(
                {probatio.Required(CONF_PUSH, default=list): selector}
            ),
        )

    async def _async_decide(self, push: set[int]) -> RepairsFlowResult:
        """Carry out the word on all weigh-ins that were shown."""
        account = self._account()
        if account is None:
            return self.async_abort(reason="account_not_loaded")
        shown = {item.record.second for item in self._shown}
        await account.async_decide(push & shown, shown - push)
        return self.async_create_entry(data={})

    def _account(self) -> GarminAccount | None:
        """Return the account, None while it is not loaded."""
        entry: GarminConfigEntry | None = self.hass.config_entries.async_get_entry(
            self._entry_id
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        return entry.runtime_data


def _label(item: Item) -> str:
    """Return a weigh-in as a person recognises it: when and how heavy."""
    measured_at = dt_util.as_local(item.record.measured_at)
    return f"{measured_at:%Y-%m-%d %H:%M} · {item.record.weight:.2f} kg"
