"""Push: what the ledgers have pending goes to Garmin Connect, once."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..clients.garmin import (
    GarminAuthError,
    GarminError,
    GarminThrottledError,
    GarminUnavailableError,
)
from ..const import DOMAIN
from ..devices import ListedDevices
from ..ledger import links
from ..model import Kind
from .gate import GarminGate
from .lanes import BloodPressureLane, Lane, WeighInLane
from .link import Link

type GarminConfigEntry = ConfigEntry[GarminAccount]

type Spot = tuple[Kind, int]
"""Where a measurement stands: its kind and its second."""

# The link of what an action pushes.
ACTION_LINK = "action"

# Refresh tokens live for 30 days and are renewed by use.
KEEP_ALIVE_AFTER = timedelta(days=5)


class GarminAccount:
    """One Garmin Connect account: its memory, its lanes, what its links bring."""

    def __init__(self, gate: GarminGate) -> None:
        """Have nothing pushed yet but what is remembered."""
        self.gate = gate
        self.hass = gate.hass
        self.entry: GarminConfigEntry = gate.entry
        self.memory = gate.memory
        self.lanes: Mapping[Kind, Lane[Any, Any]] = {
            Kind.WEIGH_IN: WeighInLane(gate.memory.weigh_ins, gate),
            Kind.BLOOD_PRESSURE: BloodPressureLane(gate.memory.blood_pressures, gate),
        }
        self.gone: dict[str, frozenset[Spot]] = {}
        """By links, what is gone at the source and stays until a person says so."""
        self.sensors: ListedDevices | None = None
        """Straps and power meters, if their batteries are wanted."""
        self.async_let_go: Callable[[str], None] = lambda _key: None
        """Called when a link has let something go: another one may have it."""
        gate.async_push = self.async_request_flush

    def known_links(self) -> set[str]:
        """Return the links that want anything, or want it too, by their keys."""
        known = {key for ledger in self.memory.ledgers for key in links.known(ledger)}
        return known - {ACTION_LINK}

    async def async_withdraw(self, key: str, spots: Collection[Spot]) -> None:
        """Remove from Garmin what counts no longer at the source of a link."""
        for kind, second in spots:
            self.lanes[kind].ledger.withdraw(second, _now())
        if spots:
            self.async_let_go(key)
            await self.async_keep()

    async def async_drop_twins(self, key: str, spots: Collection[Spot]) -> None:
        """Forget what a link has told of as another one had, and does no more."""
        for kind, second in spots:
            links.drop_twins(self.lanes[kind].ledger, key, [second])
        if spots:
            self.async_let_go(key)
            await self.async_keep()

    async def async_answer(
        self, key: str, spots: Collection[Spot], *, remove: bool
    ) -> None:
        """Carry out a person's word on what is gone at the source of a link."""
        gone = self.gone.get(key, frozenset())
        # What became known meanwhile, or is not shown for length, is asked about next.
        self.gone[key] = gone.difference(spots)
        answered = gone.intersection(spots)
        if remove:
            await self.async_withdraw(key, answered)
            return
        for kind, second in answered:
            self.lanes[kind].ledger.keep(second)
        await self.async_keep()

    async def async_review(self, link: Link) -> None:
        """Bring what waits in line with a link's settings."""
        changes = [
            links.review(ledger, link.key, link.wants, link.prepare)
            for ledger in self.memory.ledgers
        ]
        if any(changes):
            await self.async_keep()

    async def async_rename_link(self, key: str, new: str) -> None:
        """Follow a source that has another id since it was added again."""
        for ledger in self.memory.ledgers:
            links.rename(ledger, key, new)
        self.gone.pop(key, None)
        await self.async_keep()

    async def async_forget_link(self, key: str) -> None:
        """Drop what a removed link still wanted."""
        for ledger in self.memory.ledgers:
            links.forget(ledger, key)
        self.gone.pop(key, None)
        await self.async_keep()

    async def async_keep(self, *, by_hand: bool = False) -> None:
        """Save what has changed, tell of it, and push what is pending.

        `by_hand` does that now, and tries again at once where that can do no harm.
        """
        await self.gate.async_save()
        self.gate.async_changed()
        if by_hand:
            await self._async_flush(by_hand=True)
        else:
            self.async_request_flush()

    @callback
    def async_request_flush(self) -> None:
        """Push in the background what is pending, when it may be."""
        if self.memory.due is not None and not self.gate.closed:
            self.entry.async_create_background_task(
                self.hass,
                self._async_flush(by_hand=False),
                f"{DOMAIN} push {self.entry.entry_id}",
                eager_start=False,
            )

    async def async_push_now(self) -> None:
        """Push what is pending because a person asked; raise when it stays pending."""
        await self.async_carry_out(self._async_push_now())

    async def async_carry_out[T](self, wish: Coroutine[Any, Any, T]) -> T:
        """Carry out what somebody wants, to its end, and return what came of it.

        Who waits for that may be stopped, as a script is that starts anew. A request
        under way, and the next try of what it did not bring, must not be stopped too.
        """
        task = self.entry.async_create_task(
            self.hass, wish, f"{DOMAIN} wish {self.entry.entry_id}"
        )
        # Where nobody waits any more, the entities tell what is in the way.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    async def async_keep_alive(self) -> None:
        """Use the tokens once when they have not been used for days."""
        await self.gate.async_visit(self._async_touch)

    async def _async_push_now(self) -> None:
        """Push what is pending, or raise."""
        await self.async_keep(by_hand=True)
        if self.memory.pending:
            raise self.gate.stuck()

    async def _async_flush(self, *, by_hand: bool) -> None:
        """Push what is pending, and come again for what stays."""
        await self.gate.async_visit(self._async_push_pending, by_hand=by_hand)
        self.gate.async_plan()
        self.gate.async_changed()

    async def _async_push_pending(self) -> None:
        """Push all kinds, the weigh-ins first; one does not stop the other."""
        if (due := self.memory.due) is None or due > _now():
            return
        errors: list[GarminError] = []
        for lane in self.lanes.values():
            try:
                await lane.async_push()
            except GarminAuthError, GarminThrottledError, GarminUnavailableError:
                raise
            except GarminError as err:
                errors.append(err)
        if errors:
            raise errors[0]
        await self.gate.async_cure()

    async def _async_touch(self) -> None:
        """Make the cheapest request there is, if the last one was days ago."""
        last, now = self.memory.last_contact, dt_util.utcnow()
        # One that is still to come was noted by a clock that was wrong.
        if last is None or not last <= now < last + KEEP_ALIVE_AFTER:
            await self.gate.async_request(self.gate.client.profile)
            await self.gate.async_cure()


def _now() -> int:
    return int(dt_util.utcnow().timestamp())
