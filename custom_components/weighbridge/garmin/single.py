"""One measurement that a person or an automation pushes by hand."""

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..ledger import Ledger, Record, Remote, State, Way, differ, is_fresh, missing
from ..model import BloodPressure, WeighIn
from .account import ACTION_LINK, GarminAccount
from .lanes import Lane


async def async_push_measurement(
    account: GarminAccount, record: WeighIn | BloodPressure
) -> Way:
    """Push one measurement now and return how Garmin came to hold it.

    Raise HomeAssistantError when it is queued for later, or refused.
    """
    if isinstance(record, WeighIn):
        return await _async_push(account, account.weigh_ins, record)
    return await _async_push(account, account.blood_pressures, record)


async def _async_push[R: Record, M: Remote](
    account: GarminAccount, lane: Lane[R, M], record: R
) -> Way:
    """Offer a measurement, push, and see what became of it."""
    ledger, second = lane.ledger, record.second
    ledger.offer(record, link=ACTION_LINK, own_twins=True)
    ledger.correct(record)
    if ledger.way(second) in (Way.LEFT_OUT, Way.WITHDRAWN, Way.KEPT):
        # Whoever pushes it by hand has thought better of it.
        ledger.reopen(record, ACTION_LINK)
    elif ledger.state(second) is State.DONE:
        if not await _async_is_missing(account, lane, second):
            await account.async_save()
            return _found(ledger, record)
        ledger.reopen(record, ACTION_LINK)
    await account.async_push_all()
    match ledger.state(second):
        case State.PENDING:
            _found(ledger, record)
            raise account.stuck()
        case State.FAILED:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="refused"
            )
    if ledger.way(second) is Way.PUSHED:
        return Way.PUSHED
    return _found(ledger, record)


def _found[R: Record](ledger: Ledger[R], record: R) -> Way:
    """Return that Garmin has a measurement; raise if it has another one then."""
    there = ledger.facts(record.second)
    if (
        there is not None
        and not ledger.is_twin(record.second)
        and differ(record.facts[:1], there)
    ):
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="another_there"
        )
    return Way.FOUND


async def _async_is_missing[R: Record, M: Remote](
    account: GarminAccount, lane: Lane[R, M], second: int
) -> bool:
    """Tell whether Garmin has lost a measurement; it is asked if it might have."""
    now = int(dt_util.utcnow().timestamp())
    if is_fresh(lane.ledger, second, now):
        return False
    remotes = await account.async_ask(lane, [second])
    return remotes is not None and bool(missing(lane.ledger, [second], remotes, now))
