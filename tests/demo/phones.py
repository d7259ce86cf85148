"""Phones with Home Assistant's app, which ask whose a weigh-in is."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from .api import Api
from .cast import Person

AUTOMATION = "automation.whose_weigh_in"
_AUTOMATION_ID = "whose_weigh_in"
_TIMEOUT = 10

type Notification = Mapping[str, Any]


class Phone:
    """A phone: it is sent notifications, and tells which of their buttons is pressed."""

    def __init__(self, name: str, device: str, webhook: str) -> None:
        """Show nothing yet; `device` is that of the phone in Home Assistant."""
        self.name = name
        self.device = device
        self.shown: dict[str, Notification] = {}
        """The notifications that it shows, by their tags."""
        self._webhook = webhook

    async def connect(
        self, api: Api, tell: Callable[[Phone, Notification], object] | None = None
    ) -> None:
        """Be sent notifications from now on, as at home; tell of each."""

        def take(sent: Notification) -> None:
            tag = sent["data"]["tag"]
            if sent["message"] == "clear_notification":
                self.shown.pop(tag, None)
            else:
                self.shown[tag] = sent
                if tell is not None:
                    tell(self, sent)

        await api.subscribe(
            "mobile_app/push_notification_channel", take, webhook_id=self._webhook
        )

    @property
    def titles(self) -> list[str]:
        """Return what the buttons of all that it shows say."""
        return [button["title"] for button in self._buttons]

    async def press(self, api: Api, title: str) -> None:
        """Press a button, of which the app tells Home Assistant by its webhook."""
        button = next(button for button in self._buttons if button["title"] == title)
        await api.post(
            f"/api/webhook/{self._webhook}",
            {
                "type": "fire_event",
                "data": {
                    "event_type": "mobile_app_notification_action",
                    "event_data": button,
                },
            },
        )

    @property
    def _buttons(self) -> list[dict[str, str]]:
        return [
            button
            for notification in self.shown.values()
            for button in notification["data"]["actions"]
        ]


async def add_phones(api: Api, people: Sequence[Person]) -> list[Phone]:
    """Register a phone for each of some people, as the app does."""
    return [await _add_phone(api, f"{person.name} phone") for person in people]


async def _add_phone(api: Api, name: str) -> Phone:
    answer = await api.post(
        "/api/mobile_app/registrations",
        {
            "app_id": "io.example.companion",
            "app_name": "Companion",
            "app_version": "1",
            "device_id": name,
            "device_name": name,
            "manufacturer": "Example",
            "model": "Phone",
            "os_name": "Android",
            "os_version": "16",
            "supports_encryption": False,
            "app_data": {"push_websocket_channel": True},
        },
    )
    (device,) = (
        device["id"]
        for device in await api.call("config/device_registry/list")
        if device["name"] == name
    )
    return Phone(name, device, answer["webhook_id"])


async def ask_on(api: Api, question: str, phones: Sequence[Phone]) -> None:
    """Make an automation from the blueprint, as its dialog does."""
    await api.post(
        f"/api/config/automation/config/{_AUTOMATION_ID}",
        {
            "alias": "Whose weigh-in",
            "use_blueprint": {
                "path": "weighbridge/whose_weigh_in.yaml",
                "input": {
                    "questions": [question],
                    "phones": [phone.device for phone in phones],
                },
            },
        },
    )
    await api.wait_for(AUTOMATION, partial(_is_there, api), _TIMEOUT)


async def wait_until_asked(api: Api, phones: Sequence[Phone]) -> None:
    """Wait until all phones show a question."""
    await api.wait_for(
        "The question on all phones", lambda: all(p.shown for p in phones), _TIMEOUT
    )


async def wait_until_clear(api: Api, phones: Sequence[Phone]) -> None:
    """Wait until no phone shows anything."""
    await api.wait_for(
        "All phones without the question",
        lambda: not any(p.shown for p in phones),
        _TIMEOUT,
    )


def _is_there(api: Api) -> bool:
    """Tell whether the automation listens."""
    return AUTOMATION in api.states
