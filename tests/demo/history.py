"""The long-term statistics that Weighbridge writes of an account."""

import asyncio
from datetime import UTC, datetime

from .accounts import Account
from .api import Api
from .config import DOMAIN
from .errors import DemoError

_TIMEOUT = 10


async def find_statistic(api: Api, account: Account, quantity: str) -> str:
    """Return the id of a statistic by its name, as soon as there is one."""
    name = f"{account.title.partition(' · ')[0]} {quantity}"
    try:
        async with asyncio.timeout(_TIMEOUT):
            while True:
                for statistic in await api.call("recorder/list_statistic_ids"):
                    if statistic["source"] == DOMAIN and statistic["name"] == name:
                        statistic_id: str = statistic["statistic_id"]
                        return statistic_id
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoError(f"There are no statistics of {name}") from None


async def read_all(api: Api) -> dict[str, list[float]]:
    """Return the means of all statistics that Weighbridge writes, by their ids."""
    statistics = await api.call("recorder/list_statistic_ids")
    ids = [one["statistic_id"] for one in statistics if one["source"] == DOMAIN]
    found = await api.call(
        "recorder/statistics_during_period",
        start_time="2000-01-01T00:00:00+00:00",
        statistic_ids=ids,
        period="hour",
        types=["mean"],
    )
    return {name: [row["mean"] for row in rows] for name, rows in found.items()}


async def read_statistic(
    api: Api, statistic_id: str, start: datetime
) -> dict[datetime, float]:
    """Return the means of a statistic by their hours."""
    found = await api.call(
        "recorder/statistics_during_period",
        start_time=start.isoformat(),
        statistic_ids=[statistic_id],
        period="hour",
        types=["mean"],
    )
    return {
        datetime.fromtimestamp(row["start"] / 1000, UTC): row["mean"]
        for row in found.get(statistic_id, ())
    }
