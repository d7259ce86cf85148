"""Feeds: what a source brings flows along the links into the accounts."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.const import CONF_SOURCE
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import CONF_PROVIDER, DOMAIN, SOURCES, Provider, signal_person_updated
from ..entry import WeighbridgeConfigEntry, provider_of
from ..garmin import GarminAccount, Link, Spot, issues, links_of
from ..ledger import Offer, links
from ..model import BloodPressure, Origin, WeighIn
from ..names import async_link_title, async_sources, source_of_link
from ..pace import async_apart, async_paced
from ..sources import Book, Fate, Person, Shelf, async_find_person, async_find_source
from .removals import async_remove_gone


def without_copies[R: WeighIn | BloodPressure](
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, records: Iterable[R]
) -> list[R]:
    """Return measurements but for those that reach a Garmin account without us.

    What came from Garmin would go round in circles. What came from Withings arrives
    by the account's own link to Withings, with all that a copy lacks.
    """
    withings = [
        link
        for link in links_of(entry).values()
        if (source := async_find_source(hass, link.source)) is not None
        and source.data[CONF_PROVIDER] == Provider.WITHINGS
    ]
    return [
        record
        for record in records
        if (origin := _origin(record)) is not Origin.GARMIN
        and not (
            origin is Origin.WITHINGS and any(link.wants(record) for link in withings)
        )
    ]


def _origin(record: WeighIn | BloodPressure | None) -> Origin | None:
    """Return where the source has a measurement from, if that is another service."""
    return record.copied_from if isinstance(record, WeighIn) else None


def _fate(shelf: Shelf[Any], second: int) -> Fate | None:
    """Return what became of a second; what came from Garmin counts as deleted."""
    if _origin(shelf.at(second)) is Origin.GARMIN:
        return Fate.DELETED
    return shelf.fate(second)


class LinkFeed:
    """Brings what counts of one person to an account, and takes away what does not."""

    def __init__(self, hass: HomeAssistant, account: GarminAccount, link: Link) -> None:
        """Feed an account from the person of a link."""
        self.link = link
        self._hass = hass
        self._account = account
        self._lock = asyncio.Lock()
        self._stops: list[CALLBACK_TYPE] = []
        # Counts what other links have let go.
        self._turn = 0
        # Who the person was, and at which of the book's revisions and which turn, at
        # the last look.
        self._seen: tuple[Person, int, int] | None = None

    @callback
    def async_start(self) -> None:
        """Follow the person, and take what is known already."""
        self._stops.append(
            async_dispatcher_connect(
                self._hass, signal_person_updated(self.link.source), self.async_look
            )
        )
        self.async_look()

    @callback
    def async_stop(self) -> None:
        """Follow the person no longer."""
        while self._stops:
            self._stops.pop()()

    @callback
    def async_look(self) -> None:
        """Look into the book, in the background."""
        self._account.entry.async_create_background_task(
            self._hass,
            self._async_read(),
            f"{DOMAIN} link {self.link.link_id}",
        )

    @callback
    def async_look_anew(self) -> None:
        """Look into the book, though it says what it said before."""
        self._turn += 1
        self.async_look()

    def _is_on(self) -> bool:
        """Tell whether the link is there, and is followed."""
        return bool(self._stops) and (
            self.link.link_id in self._account.entry.subentries
        )

    async def _async_read(self) -> None:
        """Bring the account in line with the book, if that says anything new."""
        async with self._lock:
            person = async_find_person(self._hass, self.link.source)
            if person is None or not self._is_on():
                return
            seen = person, person.revision, self._turn
            if seen == self._seen:
                return
            if await self._async_take_away(person.book) and await self._async_bring(
                person
            ):
                self._seen = seen

    async def _async_bring(self, person: Person) -> bool:
        """Offer what counts, and what it brought before it was made anew.

        Return whether that came to its end.
        """
        outcomes: set[Offer] = set()
        for kind in self.link.kinds:
            ledger = self._account.lanes[kind].ledger
            async for step in async_paced(person.book.shelf(kind).present):
                if not self._is_on():
                    return False
                outcomes |= {
                    self.link.offer(ledger, person.complete(record))
                    for record in without_copies(self._hass, self._account.entry, step)
                    if self.link.wants(record)
                    or ledger.is_ours(record.second, self.link.key)
                }
        if outcomes - {Offer.KNOWN}:
            await self._account.async_keep()
        else:
            self._account.async_request_flush()
        return True

    async def _async_take_away(self, book: Book) -> bool:
        """Take from Garmin what this link has brought and what counts no longer.

        Corrections always go there, deletions if the link follows them. Return whether
        that came to its end.
        """
        corrected, deleted, told = await async_apart(book.size, self._find_gone, book)
        if not self._is_on():
            return False
        await self._account.async_withdraw(self.link.key, corrected)
        await self._account.async_drop_twins(self.link.key, told)
        if not self._is_on():
            return False
        await async_remove_gone(self._account, self.link, frozenset(deleted))
        return True

    def _find_gone(self, book: Book) -> tuple[set[Spot], set[Spot], set[Spot]]:
        """Return what the source has corrected or doubts, and what it has deleted.

        What came back from Garmin outlives its deletion at the source. What has not been
        pushed yet is not pushed any more. The third is of that what another link has, too.
        """
        corrected: set[Spot] = set()
        deleted: set[Spot] = set()
        told: set[Spot] = set()
        key = self.link.key
        for kind in self.link.kinds:
            ledger, shelf = self._account.lanes[kind].ledger, book.shelf(kind)
            told |= {
                (kind, second)
                for second in links.twins(ledger, key, own=False)
                if _fate(shelf, second) not in (None, Fate.PRESENT)
            }
            # What another link has left to this one has another second there.
            fates: defaultdict[int, set[Fate | None]] = defaultdict(set)
            for second, primary in links.twins(ledger, key, own=True).items():
                fates[primary].add(_fate(shelf, second))
            queued = links.queued(ledger, key)
            for second in queued | links.pushed(ledger, key):
                there = {_fate(shelf, second)} | fates[second]
                if Fate.PRESENT in there:
                    continue
                if not there.isdisjoint((Fate.MOVED, Fate.HELD)) or (
                    Fate.DELETED in there and second in queued
                ):
                    corrected.add((kind, second))
                elif Fate.DELETED in there and self.link.deletions:
                    deleted.add((kind, second))
        return corrected, deleted, told


class LinkFeeds:
    """The feeds of one account, kept in step with its links."""

    def __init__(self, hass: HomeAssistant, account: GarminAccount) -> None:
        """Keep the feeds of an account."""
        self._hass = hass
        self._account = account
        self._feeds: dict[str, LinkFeed] = {}
        account.async_let_go = self._let_go
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
            if feed.link.source == entry.entry_id
            or feed.link.source in entry.subentries
        ]
        if change is ConfigEntryChange.UPDATED:
            # A source tells of its first poll before it counts as loaded.
            for feed in feeds:
                feed.async_look()
        ours = entry.entry_id == self._account.entry.entry_id
        if (ours and links_of(entry) != self._links()) or (
            entry.domain == DOMAIN
            and change is not ConfigEntryChange.UPDATED
            and provider_of(entry) in SOURCES
        ):
            self._account.entry.async_create_background_task(
                self._hass,
                self._async_plan(),
                f"{DOMAIN} links of {self._account.entry.entry_id}",
            )

    @callback
    def _let_go(self, key: str) -> None:
        """Have the feeds look anew, but for the one that has let something go."""
        for feed in self._feeds.values():
            if feed.link.key != key:
                feed.async_look_anew()

    def _links(self) -> dict[str, Link]:
        return {link_id: feed.link for link_id, feed in self._feeds.items()}

    async def _async_plan(self) -> None:
        """Bring the feeds in line with the links."""
        async with self._lock:
            entry = self._account.entry
            await self._async_find_sources()
            wanted = links_of(entry)
            keys = {link.key for link in wanted.values()}
            known = self._account.known_links()
            for link_id in set(self._feeds) - set(wanted):
                old = self._feeds.pop(link_id)
                old.async_stop()
                issues.async_clear_link(self._hass, entry, link_id)
                known.add(old.link.key)
            for key in known - keys:
                issues.async_update_gone(self._hass, entry, key, "", 0)
                await self._account.async_forget_link(key)
            kept: list[LinkFeed] = []
            for link_id, link in wanted.items():
                self._check_source(link)
                feed = self._feeds.get(link_id)
                if feed is not None and feed.link == link:
                    kept.append(feed)
                    continue
                if feed is not None:
                    feed.async_stop()
                await self._account.async_review(link)
                feed = LinkFeed(self._hass, self._account, link)
                self._feeds[link_id] = feed
                feed.async_start()
            # What one link does not bring any more, another one may.
            for feed in kept:
                feed.async_look_anew()
            issues.async_update_not_linked(self._hass, entry, is_linked=bool(wanted))
            self._account.gate.async_changed()

    async def _async_find_sources(self) -> None:
        """Follow sources that were removed and added again, by the vendors' ids."""
        entry = self._account.entry
        sources = async_sources(self._hass)
        by_vendor = {source.unique_id: key for key, source in sources.items()}
        for subentry in list(entry.subentries.values()):
            if (
                (old := subentry.data.get(CONF_SOURCE)) is not None
                and old not in sources
                and (new := by_vendor.get(str(subentry.unique_id))) is not None
            ):
                issues.async_update_gone(self._hass, entry, old, "", 0)
                await self._account.async_rename_link(old, new)
                name = sources[new].account
                self._hass.config_entries.async_update_subentry(
                    entry,
                    subentry,
                    title=async_link_title(self._hass, name, entry, subentry.data),
                    data={**subentry.data, CONF_SOURCE: new},
                )

    @callback
    def _check_source(self, link: Link) -> None:
        """Tell the user of a link that has lost its source."""
        entry = self._account.entry
        if async_find_source(self._hass, link.source) is None:
            source = source_of_link(entry.subentries[link.link_id].title)
            issues.async_report_missing_source(self._hass, entry, link.link_id, source)
        else:
            issues.async_clear_missing_source(self._hass, entry, link.link_id)
