"""What is gone at its source goes at Garmin, too, but not much at once without a word."""

from ..garmin import GarminAccount, Link, Spot, issues

# More than that, at a look, is rather a fault of the source than a person's wish.
AT_A_LOOK = 2


async def async_remove_gone(
    account: GarminAccount, link: Link, gone: frozenset[Spot]
) -> None:
    """Remove from Garmin what is gone at its source; ask a person about more than a few."""
    is_asked = len(gone) > AT_A_LOOK
    if is_asked:
        account.gone[link.key] = gone
    else:
        account.gone.pop(link.key, None)
    issues.async_update_gone(
        account.hass,
        account.entry,
        link.key,
        account.entry.subentries[link.link_id].title,
        len(gone) if is_asked else 0,
    )
    if not is_asked:
        await account.async_withdraw(link.key, gone)
