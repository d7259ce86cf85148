"""Repair issues of sources: what only a person can put right at the vendor."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..clients.google import GoogleRefusedError, Refusal
from ..const import CONF_SIGN_IN_ENDS, DOMAIN
from ..names import account_name

# Only these are the same for all that is asked for.
REPORTED = (
    Refusal.API_NOT_ENABLED,
    Refusal.ACCOUNT_NOT_LINKED,
    Refusal.PROJECT_DENIED,
)
SIGN_IN_ENDS = "sign_in_ends"
WARNING_TIME = timedelta(days=7)


@callback
def async_report_refusal(
    hass: HomeAssistant, entry: ConfigEntry[Any], err: GoogleRefusedError
) -> None:
    """Raise an issue for a refusal that will not end by itself."""
    if err.refusal in REPORTED:
        _async_create(
            hass, entry, err.refusal, {"account": account_name(entry), "url": err.url}
        )


@callback
def async_clear_refusals(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Withdraw the issues that a good answer has cured."""
    for refusal in REPORTED:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, refusal))


@callback
def async_check_sign_in(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Raise an issue a week before that the vendor ends a sign-in, if it will."""
    ends: float | None = entry.data["token"].get(CONF_SIGN_IN_ENDS)
    if (
        ends is None
        or ends - dt_util.utcnow().timestamp() > WARNING_TIME.total_seconds()
    ):
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, SIGN_IN_ENDS))
        return
    local = dt_util.as_local(dt_util.utc_from_timestamp(ends))
    _async_create(
        hass,
        entry,
        SIGN_IN_ENDS,
        {"account": account_name(entry), "date": local.strftime("%Y-%m-%d %H:%M")},
    )


@callback
def async_clear_source(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Withdraw all issues of a source that is being removed."""
    async_clear_refusals(hass, entry)
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, SIGN_IN_ENDS))


@callback
def _async_create(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    key: str,
    placeholders: dict[str, str],
) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, key),
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def _issue_id(entry: ConfigEntry[Any], key: str) -> str:
    return f"{entry.entry_id}_{key}"
