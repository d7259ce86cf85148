"""One measurement that a person or an automation pushes by hand."""

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..ledger import State, Way, differ, is_fresh, missing
from ..model import BloodPressure, WeighIn
from .account import ACTION_LINK, GarminAccount


async def async_push_measurement(
    account: GarminAccount, record: WeighIn | BloodPressure
) -> bool:
    """Push one measurement now; return False if Garmin has it already.

    Raise HomeAssistantError when it is queued for later, or refused.
    """
    return await account.async_carry_out(_async_push(account, record))


async def _async_push(account: GarminAccount, record: WeighIn | BloodPressure) -> bool:
    """Push one measurement; return False if Garmin has it already, or raise."""
    lane, second = account.lanes[record.kind], record.second
    ledger, now = lane.ledger, int(dt_util.utcnow().timestamp())
    ledger.offer(record, link=ACTION_LINK, own_twins=True)
    ledger.correct(record, ACTION_LINK)
    is_done = ledger.state(second) is State.DONE
    # Whoever pushes what was left out, or withdrawn, has thought better of it.
    is_there = is_done and ledger.way(second) in (Way.PUSHED, Way.FOUND)
    if is_there and not is_fresh(ledger, second, now):
        remotes = await lane.async_ask([second])
        is_there = remotes is None or not missing(ledger, [second], remotes, now)
    if is_there:
        await account.gate.async_save()
    else:
        if is_done:
            ledger.reopen(record, ACTION_LINK)
        await account.async_keep(by_hand=True)
    state = ledger.state(second)
    if state is State.FAILED:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="refused")
    known = ledger.facts(second) or record.facts
    if not ledger.is_twin(second) and differ(record.facts[:1], known):
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="another_there"
        )
    if state is State.PENDING:
        raise account.gate.stuck()
    return not is_there and ledger.way(second) is Way.PUSHED
