"""Repairs: a person's word on measurements that wait for one."""

from dataclasses import dataclass
from typing import Any

import probatio

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .flows import MissingSourceFlow, NotLinkedFlow, SignInRepairFlow
from .garmin import GarminAccount
from .gone_repair import GoneRepairFlow, loaded_account
from .ledger import Ledger, State
from .model import BloodPressure, WeighIn
from .question_repair import QuestionsRepairFlow
from .sources import ATTR_SOURCE, SIGN_IN
from .units import async_time_text
from .wording import amount

CONF_PUSH = "push"

# More than a person looks through on a phone; the rest is asked for next.
MAX_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A measurement that waits for a word."""

    key: str
    label: str
    record: WeighIn | BloodPressure
    ledger: Ledger[Any]

    @property
    def is_current(self) -> bool:
        """Tell whether it is still what was shown, and still waits."""
        item = self.ledger.item(self.record.second)
        return (
            item is not None
            and item.state is State.FAILED
            and item.record == self.record
        )


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow that settles an issue."""
    if not data:
        return ConfirmRepairFlow()
    if ATTR_SOURCE in data:
        return QuestionsRepairFlow(str(data[ATTR_SOURCE]))
    if SIGN_IN in data:
        return SignInRepairFlow(str(data[SIGN_IN]))
    entry_id = str(data["entry_id"])
    if "gone" in data:
        return GoneRepairFlow(entry_id, str(data["gone"]))
    if "link_id" in data:
        return MissingSourceFlow(entry_id, str(data["link_id"]))
    if "not_linked" in data:
        return NotLinkedFlow(entry_id)
    return WaitingRepairFlow(entry_id)


class WaitingRepairFlow(RepairsFlow):
    """Ask which measurements are pushed; the others are left out."""

    def __init__(self, entry_id: str) -> None:
        """Ask about the measurements of an account that Garmin refused."""
        self._entry_id = entry_id
        # What is shown, each with the ledger that it comes from.
        self._shown: dict[str, Choice] = {}

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask about one measurement by a question, about several by a list."""
        account = loaded_account(self.hass, self._entry_id)
        if account is None:
            return self.async_abort(reason="account_not_loaded")
        self._shown = {
            choice.key: choice for choice in _choices(self.hass, account)[:MAX_SHOWN]
        }
        if len(self._shown) == 1:
            (choice,) = self._shown.values()
            return self.async_show_menu(
                step_id="init",
                menu_options=["push", "leave_out"],
                description_placeholders={"weigh_in": choice.label},
            )
        return await self.async_step_choose()

    async def async_step_push(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Push the one measurement."""
        return await self._async_decide(set(self._shown))

    async def async_step_leave_out(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Leave the one measurement out."""
        return await self._async_decide(set())

    async def async_step_choose(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Push those of several that are chosen."""
        if user_input is not None:
            return await self._async_decide(set(user_input[CONF_PUSH]))
        selector = SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=choice.key, label=choice.label)
                    for choice in self._shown.values()
                ],
                multiple=True,
                mode=SelectSelectorMode.LIST,
            )
        )
        return self.async_show_form(
            step_id="choose",
            data_schema=probatio.Schema(
                {probatio.Required(CONF_PUSH, default=list): selector}
            ),
        )

    async def _async_decide(self, push: set[str]) -> RepairsFlowResult:
        """Carry out the word on all that was shown."""
        account = loaded_account(self.hass, self._entry_id)
        if account is None:
            return self.async_abort(reason="account_not_loaded")
        for ledger in account.memory.ledgers:
            # What was edited meanwhile is asked about again.
            seconds = {
                choice.key: choice.record.second
                for choice in self._shown.values()
                if choice.ledger is ledger and choice.is_current
            }
            for key, second in seconds.items():
                if key in push:
                    ledger.release(second)
                else:
                    ledger.leave_out(second)
        await account.async_keep()
        if _choices(self.hass, account):
            # To finish would withdraw the question about these.
            return await self.async_step_init()
        return self.async_create_entry(description="decided", data={})


def _choices(hass: HomeAssistant, account: GarminAccount) -> list[Choice]:
    """Return what was refused, the newest first, as a person recognises it."""
    choices = [
        Choice(
            key=f"{kind}_{item.record.second}",
            label=f"{async_time_text(hass, item.record.measured_at)} · "
            f"{amount(hass, item.record)}",
            record=item.record,
            ledger=lane.ledger,
        )
        for kind, lane in account.lanes.items()
        for item in lane.ledger.items(State.FAILED)
    ]
    return sorted(choices, key=lambda choice: choice.record.second, reverse=True)
