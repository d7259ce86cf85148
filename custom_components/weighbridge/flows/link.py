"""Linking a source to a Garmin account."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import probatio

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigSubentryFlow,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.const import CONF_SOURCE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_BLOOD_PRESSURE,
    CONF_DELETIONS,
    CONF_HISTORY,
    CONF_MUSCLE_MASS,
    CONF_SINCE,
    CONF_START,
    CONF_WEIGH_INS,
    DOMAIN,
    SUBENTRY_LINK,
    History,
)
from ..entry import WeighbridgeConfigEntry
from ..names import (
    SourceName,
    account_name,
    async_link_title,
    async_sources,
    person_name,
    source_of_link,
)
from ..sources import async_find_person
from ..units import async_mass_text, async_time_text

# Links count in epoch seconds.
EARLIEST: Final = date(1970, 1, 1)

SETTINGS: Final[VolDictType] = {
    probatio.Required(CONF_WEIGH_INS, default=True): BooleanSelector(),
    probatio.Required(CONF_BLOOD_PRESSURE, default=False): BooleanSelector(),
    probatio.Required(CONF_MUSCLE_MASS, default=True): BooleanSelector(),
    probatio.Required(CONF_DELETIONS, default=False): BooleanSelector(),
    probatio.Required(CONF_HISTORY, default=History.NEW.value): SelectSelector(
        SelectSelectorConfig(
            options=[history.value for history in History],
            mode=SelectSelectorMode.LIST,
            translation_key=CONF_HISTORY,
        )
    ),
}


class LinkFlow(ConfigSubentryFlow):
    """Choose whose weigh-ins go to a Garmin account, and which of them."""

    _entered: dict[str, Any]

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whose weigh-ins the account gets."""
        sources = async_sources(self.hass)
        if not sources:
            return self.async_abort(reason="no_sources")
        errors: dict[str, str] = {}
        if user_input is not None:
            chosen = user_input[CONF_SOURCE]
            errors = _find_errors(user_input)
            if chosen not in sources:
                errors[CONF_SOURCE] = "source_removed"
            elif self._is_linked(sources[chosen].unique_id):
                return self.async_abort(reason="already_configured")
            if not errors:
                self._entered = user_input
                return await self._async_go_on()
        source_selector = SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=key, label=_label(self.hass, key, name))
                    for key, name in sources.items()
                ],
                mode=SelectSelectorMode.LIST,
            )
        )
        certain = self._find_certain(sources)
        return self.async_show_form(
            step_id="user",
            data_schema=self._schema(
                {
                    probatio.Required(
                        CONF_SOURCE, default=certain or probatio.UNDEFINED
                    ): source_selector,
                    **SETTINGS,
                },
                user_input,
            ),
            errors=errors,
            description_placeholders={"account": account_name(self._get_entry())},
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a link; its source and, unless it is changed, its start stay."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = _find_errors(user_input)
            if not errors:
                self._entered = user_input
                return await self._async_go_on()
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self._schema(
                SETTINGS, _as_input(subentry.data) if user_input is None else user_input
            ),
            errors=errors,
            description_placeholders={"link": subentry.title},
        )

    async def async_step_since(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the day to begin with."""
        errors: dict[str, str] = {}
        if user_input is not None:
            entered = {**self._entered, **user_input}
            errors = _find_errors(entered)
            if not errors:
                self._entered = entered
                return await self._async_go_on()
        elif self.source == SOURCE_RECONFIGURE:
            user_input = _as_input(self._get_reconfigure_subentry().data)
        return self.async_show_form(
            step_id="since",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema({probatio.Required(CONF_SINCE): DateSelector()}),
                user_input,
            ),
            errors=errors,
        )

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask again, as the weigh-ins of one person go to another account already."""
        source = async_sources(self.hass).get(self._entered[CONF_SOURCE])
        if user_input is not None or source is None:
            return self._create()
        return self.async_show_form(
            step_id="confirm",
            description_placeholders={
                "source": source.account,
                "others": ", ".join(self._find_others(source)),
                "account": account_name(self._get_entry()),
            },
        )

    async def _async_go_on(self) -> SubentryFlowResult:
        """Ask for what is still open, then finish."""
        entered = self._entered
        if entered[CONF_HISTORY] == History.SINCE and CONF_SINCE not in entered:
            return await self.async_step_since()
        if self.source == SOURCE_RECONFIGURE:
            return self._update()
        source = async_sources(self.hass).get(entered[CONF_SOURCE])
        if source is not None and self._find_others(source):
            return await self.async_step_confirm()
        return self._create()

    @callback
    def _create(self) -> SubentryFlowResult:
        """Add the link."""
        entered = self._entered
        source = async_sources(self.hass).get(entered[CONF_SOURCE])
        if source is None:
            return self.async_abort(reason="source_removed")
        return self.async_create_entry(
            description="linked",
            title=async_link_title(
                self.hass, source.account, self._get_entry(), entered
            ),
            data={
                CONF_SOURCE: entered[CONF_SOURCE],
                CONF_START: _start(entered),
                **_settings(entered),
            },
            # By this the link finds its source when that is removed and added again.
            unique_id=source.unique_id,
        )

    @callback
    def _update(self) -> SubentryFlowResult:
        """Change the link."""
        subentry, entered = self._get_reconfigure_subentry(), self._entered
        is_as_before = _reach(entered) == _reach(_as_input(subentry.data))
        data = {
            CONF_SOURCE: subentry.data[CONF_SOURCE],
            CONF_START: subentry.data[CONF_START] if is_as_before else _start(entered),
            **_settings(entered),
        }
        return self.async_update_and_abort(
            self._get_entry(),
            subentry,
            title=async_link_title(
                self.hass, source_of_link(subentry.title), self._get_entry(), data
            ),
            data=data,
        )

    @callback
    def _schema(
        self, fields: VolDictType, values: Mapping[str, Any] | None
    ) -> probatio.Schema:
        """Return a form that takes the day to begin with, too, but does not show it.

        Nobody needs it but with one choice of the history; it is asked for then.
        """
        filled = self.add_suggested_values_to_schema(probatio.Schema(fields), values)
        return probatio.Schema(filled.schema, extra=probatio.ALLOW_EXTRA)

    @callback
    def _find_certain(self, sources: Mapping[str, SourceName]) -> str | None:
        """Return the source that is meant without doubt: by its name, or the only one."""
        name = person_name(self._get_entry()).casefold()
        namesakes = [k for k, s in sources.items() if s.person.casefold() == name]
        free = [k for k, s in sources.items() if not self._find_links(s)]
        for found in (namesakes, free):
            if len(found) == 1 and not self._is_linked(sources[found[0]].unique_id):
                return found[0]
        return None

    @callback
    def _is_linked(self, unique_id: str) -> bool:
        """Tell whether the account has a link from the same source."""
        return any(
            subentry.unique_id == unique_id
            for subentry in self._get_entry().subentries.values()
        )

    @callback
    def _find_others(self, source: SourceName) -> list[str]:
        """Return the other Garmin accounts that a source feeds."""
        own = self._get_entry().entry_id
        return [
            account_name(entry)
            for entry in self._find_links(source)
            if entry.entry_id != own
        ]

    @callback
    def _find_links(self, source: SourceName) -> list[WeighbridgeConfigEntry]:
        """Return the Garmin accounts that a source feeds."""
        return [
            entry
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for subentry in entry.subentries.values()
            if subentry.subentry_type == SUBENTRY_LINK
            and subentry.unique_id == source.unique_id
        ]


async def async_open_link(hass: HomeAssistant, entry_id: str) -> str:
    """Open the form of a new link to a Garmin account; return the id of its flow."""
    result = await hass.config_entries.subentries.async_init(
        (entry_id, SUBENTRY_LINK), context=SubentryFlowContext(source=SOURCE_USER)
    )
    return result["flow_id"]


@callback
def _label(hass: HomeAssistant, source_id: str, name: SourceName) -> str:
    """Return a source as people recognise it: name, vendor, last weight and its time."""
    person = async_find_person(hass, source_id)
    if person is None or person.last_weigh_in is None:
        return name.account
    weight = async_mass_text(hass, person.latest["weight"])
    return f"{name.account} · {weight} · {async_time_text(hass, person.last_weigh_in)}"


def _find_errors(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the settings, by field."""
    if user_input[CONF_HISTORY] == History.SINCE and CONF_SINCE in user_input:
        since = dt_util.parse_date(str(user_input[CONF_SINCE]))
        if since is None or not EARLIEST <= since <= dt_util.now().date():
            return {CONF_SINCE: "since_out_of_range"}
    return {}


def _settings(entered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a link keeps as it was entered."""
    kept = (
        CONF_WEIGH_INS,
        CONF_BLOOD_PRESSURE,
        CONF_MUSCLE_MASS,
        CONF_DELETIONS,
        CONF_HISTORY,
    )
    return {key: entered[key] for key in kept if key in entered}


def _start(entered: Mapping[str, Any]) -> str | None:
    """Return from when on a link pushes, as ISO 8601 in UTC; None is from ever."""
    if entered[CONF_HISTORY] == History.NEW:
        return dt_util.utcnow().isoformat()
    if entered[CONF_HISTORY] == History.SINCE:
        midnight = dt_util.start_of_local_day(date.fromisoformat(entered[CONF_SINCE]))
        return midnight.astimezone(UTC).isoformat()
    return None


def _reach(entered: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return what decides how far back a link goes."""
    history: str = entered[CONF_HISTORY]
    return history, entered[CONF_SINCE] if history == History.SINCE else None


def _as_input(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a link as they were entered."""
    entered = _settings(data)
    if data[CONF_HISTORY] == History.SINCE:
        start = dt_util.as_local(datetime.fromisoformat(data[CONF_START]))
        entered[CONF_SINCE] = start.date().isoformat()
    return entered
