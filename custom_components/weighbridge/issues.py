"""Repair issues: what only a person can put right."""

from collections.abc import Iterable

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .model import WeighIn
from .pause import Reason

# A single 403 is a passing mood of Garmin's gatekeeper.
FORBIDDEN_STRIKES = 3


@callback
def async_report_pause(
    hass: HomeAssistant, entry: ConfigEntry, reason: Reason, strikes: int
) -> None:
    """Raise an issue for a pause that will not end by itself."""
    if reason is Reason.CONSENT or (
        reason is Reason.FORBIDDEN and strikes >= FORBIDDEN_STRIKES
    ):
        _async_create(hass, entry, reason, reason, {"account": entry.title})


@callback
def async_clear_account(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Withdraw the issues that a good answer of Garmin has cured."""
    for reason in (Reason.CONSENT, Reason.FORBIDDEN):
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, reason))


@callback
def async_report_refused(
    hass: HomeAssistant, entry: ConfigEntry, weigh_in: WeighIn
) -> None:
    """Raise an issue for a weigh-in that Garmin does not take."""
    measured_at = dt_util.as_local(weigh_in.measured_at)
    _async_create(
        hass,
        entry,
        f"refused_{weigh_in.second}",
        "refused",
        {
            "account": entry.title,
            "measured_at": measured_at.strftime("%Y-%m-%d %H:%M:%S"),
        },
    )


@callback
def async_clear_refused(
    hass: HomeAssistant, entry: ConfigEntry, seconds: Iterable[int]
) -> None:
    """Withdraw the issues of weigh-ins that Garmin took after all."""
    for second in seconds:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, f"refused_{second}"))


@callback
def async_report_missing_source(
    hass: HomeAssistant, entry: ConfigEntry, link_id: str, title: str
) -> None:
    """Raise an issue for a link whose source was removed."""
    _async_create(
        hass,
        entry,
        f"missing_source_{link_id}",
        "missing_source",
        {"account": entry.title, "source": title},
    )


@callback
def async_clear_missing_source(
    hass: HomeAssistant, entry: ConfigEntry, link_id: str
) -> None:
    """Withdraw the issue of a link that has its source, or is gone."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, f"missing_source_{link_id}"))


@callback
def async_clear_all(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Withdraw all issues of an entry that is being removed."""
    prefix = _issue_id(entry, "")
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(prefix):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def _async_create(
    hass: HomeAssistant,
    entry: ConfigEntry,
    name: str,
    translation_key: str,
    placeholders: dict[str, str],
) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, name),
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=translation_key,
        translation_placeholders=placeholders,
    )


def _issue_id(entry: ConfigEntry, name: str) -> str:
    return f"{entry.entry_id}_{name}"
