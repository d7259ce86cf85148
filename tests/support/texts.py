"""Watches that all errors and repairs which a test meets have a text, and what fills it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import custom_components.weighbridge
from custom_components.weighbridge.const import DOMAIN
from homeassistant.components.repairs import RepairsFlow
from homeassistant.data_entry_flow import FlowManager, FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.issue_registry import IssueEntry, IssueRegistry, async_get

(_PACKAGE,) = custom_components.weighbridge.__path__
_TEXTS: Mapping[str, Any] = json.loads(
    Path(_PACKAGE, "translations", "en.json").read_text()
)


@contextmanager
def watched_texts() -> Iterator[list[str]]:
    """Collect what has no text, or one that is not filled in."""
    faults: list[str] = []

    def read(path: str, placeholders: Mapping[str, Any] | None) -> None:
        text: Any = _TEXTS
        for key in path.split("."):
            text = text.get(key, {})
        if not isinstance(text, str):
            faults.append(f"There is no text {path}")
            return
        try:
            text.format_map(placeholders or {})
        except KeyError as err:
            faults.append(f"Nothing fills {err} in the text {path}")

    with (
        patch.object(HomeAssistantError, "__init__", _watch_error(read)),
        patch.object(IssueRegistry, "async_get_or_create", _watch_issue(read)),
        patch.object(FlowManager, "_async_handle_step", _watch_repair(read)),
    ):
        yield faults


def _watch_error(read: Any) -> Any:
    """Return an initializer of errors that looks at their messages."""
    init = HomeAssistantError.__init__

    @wraps(init)
    def watch(self: HomeAssistantError, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        if self.translation_domain == DOMAIN:
            read(
                f"exceptions.{self.translation_key}.message",
                self.translation_placeholders,
            )

    return watch


def _watch_issue(read: Any) -> Any:
    """Return a way to create issues that looks at what they say."""
    create = IssueRegistry.async_get_or_create

    @wraps(create)
    def watch(self: IssueRegistry, *args: Any, **kwargs: Any) -> IssueEntry:
        issue = create(self, *args, **kwargs)
        if issue.domain == DOMAIN:
            path = f"issues.{issue.translation_key}"
            read(f"{path}.title", issue.translation_placeholders)
            if not issue.is_fixable:
                read(f"{path}.description", issue.translation_placeholders)
        return issue

    return watch


def _watch_repair(read: Any) -> Any:
    """Return a way to take steps that looks at what those of repairs show."""
    take = FlowManager._async_handle_step  # noqa: SLF001 - only this one sees each step

    @wraps(take)
    async def watch(self: FlowManager[Any, Any], flow: Any, *args: Any) -> Any:
        result = await take(self, flow, *args)
        if isinstance(flow, RepairsFlow) and flow.handler == DOMAIN:
            issue = async_get(flow.hass).async_get_issue(DOMAIN, flow.issue_id)
            if issue is not None:
                path = f"issues.{issue.translation_key}.fix_flow"
                for key in _shown(result):
                    read(f"{path}.{key}", result.get("description_placeholders"))
        return result

    return watch


def _shown(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the translation keys of what a step of a repair shows."""
    step = f"step.{result.get('step_id')}"
    match result["type"]:
        case FlowResultType.FORM:
            yield from (f"{step}.title", f"{step}.description")
            for field in result["data_schema"].schema:
                yield from (f"{step}.data.{field}", f"{step}.data_description.{field}")
            for error in (result.get("errors") or {}).values():
                yield f"error.{error}"
        case FlowResultType.MENU:
            yield from (f"{step}.title", f"{step}.description")
            for option in result["menu_options"]:
                yield f"{step}.menu_options.{option}"
        case FlowResultType.ABORT:
            yield f"abort.{result['reason']}"
