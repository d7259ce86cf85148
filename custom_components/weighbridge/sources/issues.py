"""Repair issues of sources: what only a person can put right at the vendor."""

from datetime import timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..clients import Refusal, SourceRefusedError, Trouble
from ..const import CONF_SIGN_IN_ENDS, DOMAIN
from ..entry import WeighbridgeConfigEntry
from ..names import account_name
from ..units import async_time_text

SIGN_IN_ENDS: Final = "sign_in_ends"
WARNING_TIME: Final = timedelta(days=7)

# In the data of an issue: the entry to sign in to again, which is the way out.
SIGN_IN: Final = "sign_in"

# Trouble that is worth an issue when it lasts.
LASTING_TROUBLE: Final = (Trouble.FORBIDDEN, Trouble.CLIENT_REFUSED)


@callback
def async_report_refusal(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, err: SourceRefusedError
) -> None:
    """Raise an issue for a refusal that will not end by itself."""
    _async_create(
        hass,
        entry,
        err.refusal,
        {"url": err.url},
        learn_more_url=err.url or None,
        sign_in=err.refusal is Refusal.MISSING_SCOPE,
    )


@callback
def async_report_trouble(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, trouble: Trouble, provider: str
) -> None:
    """Raise an issue for trouble that should have passed, and has not."""
    _async_create(hass, entry, trouble, {"provider": provider}, sign_in=True)


@callback
def async_clear_refusals(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Withdraw the issues that a good answer has cured."""
    for key in (*Refusal, *LASTING_TROUBLE):
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, key))


@callback
def async_check_sign_in(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Raise an issue a week before that the vendor ends a sign-in, if it will."""
    ends: float | None = entry.data["token"].get(CONF_SIGN_IN_ENDS)
    if (
        ends is None
        or ends - dt_util.utcnow().timestamp() > WARNING_TIME.total_seconds()
    ):
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, SIGN_IN_ENDS))
        return
    _async_create(
        hass,
        entry,
        SIGN_IN_ENDS,
        {"date": async_time_text(hass, dt_util.utc_from_timestamp(ends))},
    )


@callback
def async_clear_issues(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Withdraw all issues of an entry that is removed or disabled."""
    prefix = _issue_id(entry, "")
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(prefix):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def _async_create(
    hass: HomeAssistant,
    entry: WeighbridgeConfigEntry,
    key: str,
    placeholders: dict[str, str],
    *,
    learn_more_url: str | None = None,
    sign_in: bool = False,
) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, key),
        data={SIGN_IN: entry.entry_id} if sign_in else None,
        is_fixable=sign_in,
        learn_more_url=learn_more_url,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={"account": account_name(entry), **placeholders},
    )


def _issue_id(entry: WeighbridgeConfigEntry, key: str) -> str:
    return f"{entry.entry_id}_{key}"
