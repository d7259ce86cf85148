"""Repair issues: what only a person can put right."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..entry import WeighbridgeConfigEntry
from ..ledger import LOOKS, Ledger, State
from ..names import account_name
from ..units import async_time_text
from .pause import Reason

# Pauses that will not end by themselves, and how many in a row are worth an issue: a
# single 403 is a passing mood of Garmin's gatekeeper.
STRIKES: Final[Mapping[str, int]] = {Reason.CONSENT: 1, Reason.FORBIDDEN: 3}

NOT_LINKED = "not_linked"


@callback
def async_report_pause(
    hass: HomeAssistant,
    entry: WeighbridgeConfigEntry,
    reason: str | None,
    strikes: int,
) -> None:
    """Raise an issue for a pause, if there is one, that will not end by itself."""
    if reason is not None and strikes >= STRIKES.get(reason, strikes + 1):
        _async_create(hass, entry, reason, reason, {})


@callback
def async_clear_account(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Withdraw the issues that a good answer of Garmin has cured."""
    for reason in STRIKES:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, reason))


@callback
def async_update_waiting(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, ledgers: tuple[Ledger[Any], ...]
) -> None:
    """Ask for a word on what was refused, as long as anything is."""
    if count := sum(ledger.count(State.FAILED) for ledger in ledgers):
        _async_create(
            hass,
            entry,
            "refused",
            "refused",
            {"count": str(count)},
            fix={"entry_id": entry.entry_id},
        )
    else:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, "refused"))
    day_ago = int(dt_util.utcnow().timestamp()) - LOOKS[1]
    if count := sum(ledger.overdue(day_ago) for ledger in ledgers):
        _async_create(hass, entry, "overdue", "overdue", {"count": str(count)})
    else:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, "overdue"))


@callback
def async_update_disk(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, *, good: bool
) -> None:
    """Tell that nothing can be written, as long as that is so."""
    if good:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, "disk_full"))
    else:
        _async_create(hass, entry, "disk_full", "disk_full", {})


@callback
def async_report_kept(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, second: int
) -> None:
    """Tell once that Garmin does not let go of what its source has deleted."""
    when = async_time_text(hass, dt_util.utc_from_timestamp(second))
    _async_create(
        hass,
        entry,
        f"kept_{second}",
        "kept",
        {"time": when},
        fix={},
        is_persistent=True,
    )


@callback
def async_update_gone(
    hass: HomeAssistant,
    entry: WeighbridgeConfigEntry,
    key: str,
    source: str,
    count: int,
) -> None:
    """Ask whether what is gone at a source shall go at Garmin, as long as any is."""
    name = f"gone_{key}"
    if not count:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, name))
        return
    _async_create(
        hass,
        entry,
        name,
        "gone",
        {"source": source, "count": str(count)},
        fix={"entry_id": entry.entry_id, "gone": key},
    )


@callback
def async_update_not_linked(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, *, is_linked: bool
) -> None:
    """Tell of an account that nothing comes to, as long as it has no link."""
    if is_linked:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, NOT_LINKED))
    else:
        _async_create(
            hass,
            entry,
            NOT_LINKED,
            NOT_LINKED,
            {},
            fix={"entry_id": entry.entry_id, "not_linked": True},
        )


@callback
def async_report_missing_source(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, link_id: str, source: str
) -> None:
    """Raise an issue for a link whose source was removed."""
    _async_create(
        hass,
        entry,
        f"missing_source_{link_id}",
        "missing_source",
        {"source": source},
        fix={"entry_id": entry.entry_id, "link_id": link_id},
    )


@callback
def async_clear_missing_source(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, link_id: str
) -> None:
    """Withdraw the issue of a link that has its source."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, f"missing_source_{link_id}"))


@callback
def async_clear_link(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, link_id: str
) -> None:
    """Withdraw the issues of a link that is gone."""
    async_clear_missing_source(hass, entry, link_id)


@callback
def async_report_rebuilt(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, path: str
) -> None:
    """Tell that a ledger could not be read and where it was put aside."""
    _async_create(
        hass,
        entry,
        "ledger_rebuilt",
        "ledger_rebuilt",
        {"path": path},
        fix={},
        is_persistent=True,
    )


@callback
def async_clear_all(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Withdraw all issues of an entry that is being removed."""
    prefix = _issue_id(entry, "")
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(prefix):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def _async_create(
    hass: HomeAssistant,
    entry: WeighbridgeConfigEntry,
    name: str,
    translation_key: str,
    placeholders: dict[str, str],
    *,
    fix: dict[str, str | int | float | None] | None = None,
    is_persistent: bool = False,
) -> None:
    """Raise an issue; one that nothing raises again after a restart is persistent."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, name),
        data=fix,
        is_fixable=fix is not None,
        is_persistent=is_persistent,
        severity=ir.IssueSeverity.WARNING,
        translation_key=translation_key,
        translation_placeholders={"account": account_name(entry), **placeholders},
    )


def _issue_id(entry: WeighbridgeConfigEntry, name: str) -> str:
    return f"{entry.entry_id}_{name}"
