"""Deletions: what is gone at its source goes at Garmin, too, where a link says so."""

from datetime import UTC, datetime, timedelta

from homeassistant.util import dt as dt_util

from ..garmin import AccountLink, GarminAccount
from ..model import Origin
from ..sources import SourceCoordinator

# How far back a source is compared.
REACH = timedelta(days=30)

# A weigh-in this young may not be in every copy of the vendor's data yet.
GRACE = timedelta(hours=1)


class DeletionWatch:
    """Looks for weigh-ins of one link that its source holds no more."""

    def __init__(self, account: GarminAccount, link: AccountLink) -> None:
        """Watch a link in the name of its account."""
        self._account = account
        self._link = link
        self._missing: set[int] = set()

    async def async_check(self, source: SourceCoordinator) -> None:
        """Withdraw what was missing at the last look and is missing still.

        A source that answers with nothing at all has rather a bad day. Raises
        HomeAssistantError.
        """
        end = dt_util.utcnow() - GRACE
        start = max(end - REACH, datetime.fromtimestamp(self._link.start, UTC))
        batch = await source.async_get_period(start, end)
        if not batch.weigh_ins:
            return
        pushed = self._account.memory.weigh_ins.pushed(
            self._link.link_id, int(start.timestamp()), int(end.timestamp())
        )
        # What came back from Garmin outlives its deletion at the source.
        missing = pushed - {
            weigh_in.second
            for weigh_in in batch.weigh_ins
            if weigh_in.copied_from is not Origin.GARMIN
        }
        gone = missing & self._missing
        self._missing = missing - gone
        if gone:
            await self._account.async_withdraw(gone)
