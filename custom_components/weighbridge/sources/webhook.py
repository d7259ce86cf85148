"""Webhook: Withings tells of a weigh-in, which is then polled at once.

The notifications come on top of the polls: what goes wrong with them costs a log line.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any, Final

from aiohttp.hdrs import METH_POST
from aiohttp.web import Request, Response
from yarl import URL

from homeassistant.components import webhook
from homeassistant.const import (
    CONF_ACCESS_TOKEN,
    CONF_TOKEN,
    CONF_WEBHOOK_ID,
    EVENT_CORE_CONFIG_UPDATE,
)
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    OAuth2Session,
    async_get_config_entry_implementation,
)
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.helpers.start import async_at_started

from ..clients import SourceError
from ..clients.withings import Subscription, WithingsClient
from ..const import DOMAIN, LOGGER, Provider
from ..entry import WeighbridgeConfigEntry
from .cloudhook import (
    CloudhookError,
    async_delete_cloudhook,
    async_get_cloudhook,
    async_has_cloud,
    async_is_connected,
    async_on_connect,
)
from .coordinator import UPDATE_INTERVAL, SourceConfigEntry

# The addresses that Withings may know, with the secret in them, until each is revoked.
CONF_CALLBACKS: Final = "callbacks"

# What Withings is to tell of, by its numbers.
WEIGHT: Final = 1
BLOOD_PRESSURE: Final = 4
APPLIS: Final = (WEIGHT, BLOOD_PRESSURE)

# How often a source is polled that tells of its news, in case a call gets lost.
SUBSCRIBED_INTERVAL: Final = timedelta(minutes=30)

# Withings drops a callback that did not answer for some hours, and tells nobody.
RENEW_AFTER: Final = timedelta(days=1)
FIRST_RETRY: Final = timedelta(minutes=5)
LONGEST_RETRY: Final = timedelta(hours=6)

# How long the removal of an account waits for Withings.
REVOKE_TIMEOUT: Final = 10

FAILURES: Final = (SourceError, CloudhookError, HomeAssistantError, TimeoutError)

type Address = tuple[str, ...]


@callback
def async_setup_webhook(hass: HomeAssistant, entry: SourceConfigEntry) -> None:
    """Have the vendor of a source tell of its news, if it is one that does."""
    client = entry.runtime_data.coordinator.session.client
    if isinstance(client, WithingsClient):
        Notifications(hass, entry, client).async_start()


async def async_remove_webhook(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry
) -> None:
    """Have the vendor of a source that is removed forget our addresses."""
    if callbacks := entry.data.get(CONF_CALLBACKS):
        try:
            async with asyncio.timeout(REVOKE_TIMEOUT):
                client = await _async_create_client(hass, entry)
                await _async_revoke(
                    client, await client.async_list_subscriptions(), callbacks
                )
        except Exception as err:  # noqa: BLE001 - an account can always be removed
            LOGGER.info("Withings goes on calling for %s: %s", entry.title, _why(err))
    if webhook_id := entry.data.get(CONF_WEBHOOK_ID):
        try:
            await async_delete_cloudhook(hass, webhook_id)
        except CloudhookError as err:
            LOGGER.info("The cloudhook of %s stays: %s", entry.title, err)


class Notifications:
    """What Withings tells of one account, and that it goes on telling.

    Subscriptions outlive restarts. Each renewal compares them with the address that
    Home Assistant has now; those of others are none of our business.
    """

    def __init__(
        self, hass: HomeAssistant, entry: SourceConfigEntry, client: WithingsClient
    ) -> None:
        """Listen for the account of an entry."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._coordinator = entry.runtime_data.coordinator
        self._lock = asyncio.Lock()
        self._userid = str(entry.unique_id).removeprefix(f"{Provider.WITHINGS}_")
        self._applis = [str(appli) for appli in APPLIS]
        self._retry: timedelta | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Listen, and subscribe as soon as Home Assistant can be reached."""
        hass, entry = self._hass, self._entry
        if CONF_WEBHOOK_ID not in entry.data:
            self._update_entry(CONF_WEBHOOK_ID, webhook.async_generate_id())
        webhook_id: str = entry.data[CONF_WEBHOOK_ID]
        webhook.async_register(
            hass,
            DOMAIN,
            f"Weighbridge {entry.title}",
            webhook_id,
            self._async_handle,
            allowed_methods=[METH_POST],
        )
        entry.async_on_unload(partial(webhook.async_unregister, hass, webhook_id))
        entry.async_on_unload(self._stop_timer)
        entry.async_on_unload(async_on_connect(hass, self._renew))
        entry.async_on_unload(
            hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._config_changed)
        )
        entry.async_on_unload(async_at_started(hass, self._renew))

    async def _async_handle(
        self, _hass: HomeAssistant, _webhook_id: str, request: Request
    ) -> Response | None:
        """Answer at once, and poll if it is this person who has something new."""
        try:
            form = await request.post()
        except LookupError, ValueError:
            LOGGER.debug("A notification could not be read")
            return None
        if form.get("userid") == self._userid and form.get("appli") in self._applis:
            self._entry.async_create_background_task(
                self._hass,
                self._coordinator.async_notified(),
                f"{DOMAIN} notified poll of {self._entry.entry_id}",
            )
        return None

    @callback
    def _config_changed(self, event: Event[dict[str, Any]]) -> None:
        """Take the address that the user has set."""
        if "external_url" in event.data:
            self._renew()

    @callback
    def _renew(self, _now_or_hass: object = None) -> None:
        """Renew the subscriptions in the background."""
        if async_has_cloud(self._hass) and not async_is_connected(self._hass):
            # The connection calls this again.
            return
        self._entry.async_create_background_task(
            self._hass,
            self._async_renew(),
            f"{DOMAIN} subscriptions of {self._entry.entry_id}",
        )

    async def _async_renew(self) -> None:
        """Renew the subscriptions, and see to the next time."""
        async with self._lock:
            self._stop_timer()
            interval, wait = UPDATE_INTERVAL, self._next_retry()
            try:
                if await self._async_subscribe():
                    interval = SUBSCRIBED_INTERVAL
            except Exception as err:  # noqa: BLE001 - whatever it is, there is a next try
                log = LOGGER.debug if self._retry else LOGGER.warning
                log(
                    "New weigh-ins of %s are polled for now: Withings could not be "
                    "asked to tell of them, or did not reach Home Assistant (%s)",
                    self._entry.title,
                    _why(err),
                )
                self._retry = wait
            else:
                wait = RENEW_AFTER
                if self._retry:
                    LOGGER.info(
                        "All is well with Withings' calls for %s", self._entry.title
                    )
                self._retry = None
            self._coordinator.update_interval = interval
            self._cancel_timer = async_call_later(
                self._hass, wait, HassJob(self._renew, cancel_on_shutdown=True)
            )

    def _next_retry(self) -> timedelta:
        """Return when to try again if this renewal fails."""
        return min(2 * self._retry, LONGEST_RETRY) if self._retry else FIRST_RETRY

    async def _async_subscribe(self) -> bool:
        """Bring our subscriptions in line with our address; return if it has any."""
        url = await self._async_get_url()
        ours: set[str] = set(self._entry.data.get(CONF_CALLBACKS, ()))
        if url is None and not ours:
            return False
        wanted = set() if url is None else {url}
        self._remember(ours | wanted)
        known = await self._client.async_list_subscriptions()
        there = {(_address(each.url), each.appli) for each in known}
        for callbackurl in wanted:
            for appli in APPLIS:
                if (_address(callbackurl), appli) not in there:
                    await self._client.async_subscribe(Subscription(callbackurl, appli))
        await _async_revoke(self._client, known, ours - wanted)
        self._remember(wanted)
        return bool(wanted)

    async def _async_get_url(self) -> str | None:
        """Return where Withings can call us: by https, by name, on the usual port."""
        webhook_id: str = self._entry.data[CONF_WEBHOOK_ID]
        if async_has_cloud(self._hass):
            return await async_get_cloudhook(self._hass, webhook_id)
        try:
            base = get_url(
                self._hass,
                allow_internal=False,
                allow_cloud=False,
                require_ssl=True,
                require_standard_port=True,
            )
        except NoURLAvailableError:
            return None
        return base + webhook.async_generate_path(webhook_id)

    @callback
    def _remember(self, callbacks: Iterable[str]) -> None:
        """Keep the addresses that will have to be revoked."""
        self._update_entry(CONF_CALLBACKS, sorted(callbacks))

    @callback
    def _update_entry(self, key: str, value: str | list[str]) -> None:
        """Store something with the entry, where the tokens are, too."""
        self._hass.config_entries.async_update_entry(
            self._entry, data={**self._entry.data, key: value}
        )

    @callback
    def _stop_timer(self) -> None:
        """Forget when the next renewal was due."""
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None


async def _async_revoke(
    client: WithingsClient, known: Iterable[Subscription], callbacks: Iterable[str]
) -> None:
    """Revoke all subscriptions of some addresses."""
    unwanted = set(map(_address, callbacks))
    for subscription in known:
        if _address(subscription.url) in unwanted:
            await client.async_revoke(subscription)


def _address(url: str) -> Address:
    """Return what an address is, however Withings spells it."""
    try:
        parsed = URL(url)
        return (
            parsed.scheme,
            (parsed.host or "").lower(),
            str(parsed.port),
            parsed.path.rstrip("/"),
        )
    except ValueError:
        return (url,)


def _why(err: BaseException) -> str:
    """Return what an error says, if it is one that holds no secret, or its kind."""
    kind = type(err).__name__
    return str(err) or kind if isinstance(err, FAILURES) else kind


async def _async_create_client(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry
) -> WithingsClient:
    """Return a client for an entry that is not Home Assistant's any more.

    Nothing can be stored with it, and nobody is asked to sign in.
    """
    implementation = await async_get_config_entry_implementation(hass, entry)
    token: dict[str, Any] = entry.data[CONF_TOKEN]
    if not OAuth2Session(hass, entry, implementation).valid_token:
        token = await implementation.async_refresh_token(token)

    async def get_token() -> str:
        access_token: str = token[CONF_ACCESS_TOKEN]
        return access_token

    return WithingsClient(async_get_clientsession(hass), get_token)
