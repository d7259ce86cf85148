"""Feeds: what a source brings flows along the links into the accounts."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_time_interval

from ..const import CONF_PROVIDER, DOMAIN, LOGGER, Provider, signal_person_updated
from ..garmin import AccountLink, GarminAccount, SensorLink, issues, links_of
from ..model import Origin, WeighIn
from ..sources import SourceConfigEntry, SourceCoordinator
from .deletions import DeletionWatch
from .sensor_feed import SensorFeed

DELETIONS_INTERVAL = timedelta(hours=1)


def loaded_source(hass: HomeAssistant, entry_id: str) -> SourceCoordinator | None:
    """Return the coordinator of a source, None while the source is not loaded."""
    entry: SourceConfigEntry | None = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    return entry.runtime_data.coordinator


def without_copies(
    hass: HomeAssistant, entry: ConfigEntry, weigh_ins: Iterable[WeighIn]
) -> tuple[WeighIn, ...]:
    """Return weigh-ins but for those that reach a Garmin account without us.

    What came from Garmin would go round in circles. What came from Withings arrives
    by the account's own link to Withings, with all that a copy lacks. What the vendor
    is not sure of waits for its word.
    """
    withings = [
        link
        for link in links_of(entry).values()
        if isinstance(link, AccountLink)
        and link.weigh_ins
        and (source := hass.config_entries.async_get_entry(link.source)) is not None
        and source.data[CONF_PROVIDER] == Provider.WITHINGS
    ]
    return tuple(
        weigh_in
        for weigh_in in weigh_ins
        if weigh_in.doubt is None
        and weigh_in.copied_from is not Origin.GARMIN
        and not (
            weigh_in.copied_from is Origin.WITHINGS
            and any(link.wants(weigh_in) for link in withings)
        )
    )


class LinkFeed:
    """Reads one link's source whenever the source has been polled."""

    def __init__(
        self, hass: HomeAssistant, account: GarminAccount, link: AccountLink
    ) -> None:
        """Feed an account from the source of a link."""
        self.link = link
        self._hass = hass
        self._account = account
        self._lock = asyncio.Lock()
        self._deletions = DeletionWatch(account, link)
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def async_start(self) -> None:
        """Follow the source, and take what it has brought already."""
        self._stops.append(
            async_dispatcher_connect(
                self._hass, signal_person_updated(self.link.source), self.async_look
            )
        )
        if self.link.deletions:
            self._stops.append(
                async_track_time_interval(
                    self._hass,
                    self._async_check_deletions,
                    DELETIONS_INTERVAL,
                    cancel_on_shutdown=True,
                )
            )
        self.async_look()

    @callback
    def async_stop(self) -> None:
        """Follow the source no longer."""
        while self._stops:
            self._stops.pop()()

    @callback
    def async_look(self) -> None:
        """Read what the source has, in the background."""
        self._account.entry.async_create_background_task(
            self._hass,
            self._async_read(),
            f"{DOMAIN} link {self.link.link_id}",
        )

    async def _async_read(self) -> None:
        """Take the newest poll, or all that came since the link last read."""
        async with self._lock:
            source = loaded_source(self._hass, self.link.source)
            cursor = self._account.cursor(self.link)
            if source is None or not self._stops or cursor is None:
                return
            batch = source.data
            if batch.since > cursor:
                try:
                    batch = await source.async_get_changes(cursor)
                except HomeAssistantError as err:
                    LOGGER.info("A link catches up at the next poll: %s", err)
                    return
            own = without_copies(self._hass, self._account.entry, batch.weigh_ins)
            await self._account.async_take(self.link, replace(batch, weigh_ins=own))

    async def _async_check_deletions(self, _now: datetime) -> None:
        """Look for what the source has deleted, while it can be read."""
        async with self._lock:
            source = loaded_source(self._hass, self.link.source)
            if source is None:
                return
            try:
                await self._deletions.async_check(source)
            except HomeAssistantError as err:
                LOGGER.info("A link looks for deletions again later: %s", err)


class LinkFeeds:
    """The feeds of one account, kept in step with its links."""

    def __init__(self, hass: HomeAssistant, account: GarminAccount) -> None:
        """Keep the feeds of an account."""
        self._hass = hass
        self._account = account
        self._feeds: dict[str, LinkFeed | SensorFeed] = {}
        self._lock = asyncio.Lock()

    async def async_start(self) -> CALLBACK_TYPE:
        """Start all feeds; return how to stop them."""
        await self._async_plan()
        unsubscribe = async_dispatcher_connect(
            self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
        )

        @callback
        def stop() -> None:
            unsubscribe()
            for feed in self._feeds.values():
                feed.async_stop()

        return stop

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Plan anew when a link was added, changed or removed, or a source."""
        feeds = [
            feed
            for feed in self._feeds.values()
            if isinstance(feed, LinkFeed) and feed.link.source == entry.entry_id
        ]
        if change is ConfigEntryChange.UPDATED:
            # A source tells of its first poll before it counts as loaded.
            for feed in feeds:
                feed.async_look()
        ours = entry.entry_id == self._account.entry.entry_id
        if (ours and links_of(entry) != self._links()) or (
            feeds and change is ConfigEntryChange.REMOVED
        ):
            self._account.entry.async_create_background_task(
                self._hass,
                self._async_plan(),
                f"{DOMAIN} links of {self._account.entry.entry_id}",
            )

    def _links(self) -> dict[str, AccountLink | SensorLink]:
        return {link_id: feed.link for link_id, feed in self._feeds.items()}

    async def _async_plan(self) -> None:
        """Bring the feeds in line with the links."""
        async with self._lock:
            entry = self._account.entry
            wanted = links_of(entry)
            known = set(self._feeds) | self._account.known_links()
            for link_id in known - set(wanted):
                if (feed := self._feeds.pop(link_id, None)) is not None:
                    feed.async_stop()
                issues.async_clear_link(self._hass, entry, link_id)
                await self._account.async_forget_link(link_id)
            for link_id, link in wanted.items():
                if isinstance(link, AccountLink):
                    self._check_source(link)
                feed = self._feeds.get(link_id)
                if feed is not None and feed.link == link:
                    continue
                if feed is not None:
                    feed.async_stop()
                    await self._account.async_review(link)
                self._feeds[link_id] = self._feed(link)
                self._feeds[link_id].async_start()

    def _feed(self, link: AccountLink | SensorLink) -> LinkFeed | SensorFeed:
        """Return the feed that a link needs."""
        if isinstance(link, SensorLink):
            return SensorFeed(self._hass, self._account, link)
        return LinkFeed(self._hass, self._account, link)

    @callback
    def _check_source(self, link: AccountLink) -> None:
        """Tell the user of a link that has lost its source."""
        entry = self._account.entry
        if self._hass.config_entries.async_get_entry(link.source) is None:
            title = entry.subentries[link.link_id].title
            issues.async_report_missing_source(self._hass, entry, link.link_id, title)
        else:
            issues.async_clear_missing_source(self._hass, entry, link.link_id)
