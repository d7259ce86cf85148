"""Faults that any path of the simulated vendors can be given."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
import json
from random import Random
import re
import socket
import struct
from typing import TypedDict, Unpack

from aiohttp import web

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_CAPTIVE_PORTAL = (
    "<!DOCTYPE html><html><head><title>Welcome</title></head>"
    "<body><h1>Sign in to the network</h1></body></html>"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Answer with something else."""

    status: int
    headers: Mapping[str, str]
    body: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection instead of answering."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Let the client wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Truncate:
    """Send the first bytes of the real answer, then reset the connection."""

    keep: int


type Effect = Answer | Reset | Delay | Truncate


class Match(TypedDict, total=False):
    """Which of the requests on a path a fault meets."""

    method: str | None
    times: int | None
    """How many requests it meets; None for all (default 1)."""
    skip: int
    """How many matching requests pass unharmed first."""
    probability: float
    """The share of the matching requests that it meets."""


@dataclass(eq=False, kw_only=True)
class Fault:
    """Something that goes wrong on a path."""

    pattern: re.Pattern[str]
    effect: Effect
    processed: bool = False
    """Whether the vendor carries the request out before it goes wrong."""
    method: str | None = None
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    hits: int = field(default=0, init=False)
    """How many requests it has met."""
    _active: bool = field(default=True, init=False)

    def __str__(self) -> str:
        """Name the effect and the path, for the request log."""
        when = " after processing" if self.processed else ""
        return f"{type(self.effect).__name__.lower()}{when} on {self.pattern.pattern}"

    @property
    def active(self) -> bool:
        """Whether it may still meet a request."""
        return self._active and (self.times is None or self.hits < self.times)

    def remove(self) -> None:
        """Let every later request pass."""
        self._active = False

    def meets(self, method: str, target: str, random: Random) -> bool:
        """Decide whether it meets this request, and count it."""
        if (
            not self.active
            or (self.method is not None and self.method != method)
            or not self.pattern.search(target)
        ):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.probability < 1.0 and random.random() >= self.probability:
            return False
        self.hits += 1
        return True

    async def apply(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse | None:
        """Answer the request as the fault has it; None for a reset connection."""
        real = None
        if isinstance(self.effect, Delay) and not self.processed:
            await asyncio.sleep(self.effect.seconds)
        if self.processed or isinstance(self.effect, Delay):
            real = await answer(request, handler)
        else:
            await request.read()
        match self.effect:
            case Answer() as instead:
                return web.Response(
                    status=instead.status,
                    headers=instead.headers,
                    text=instead.body,
                    content_type=instead.content_type,
                )
            case Delay(seconds=seconds):
                if self.processed:
                    await asyncio.sleep(seconds)
                return real
            case Truncate(keep=keep):
                if isinstance(real, web.Response):
                    await _send_half(request, real, keep)
                    return None
        reset(request)
        return None


class Faults:
    """The faults in force; of several that match a request the oldest meets it."""

    def __init__(self, seed: int = 0) -> None:
        """Start without a fault; `seed` fixes what `probability` lets through."""
        self._faults: list[Fault] = []
        self._random = Random(seed)

    def answer(
        self,
        path: str,
        status: int,
        *,
        headers: Mapping[str, str] | None = None,
        retry_after: int | None = None,
        body: str | Mapping[str, object] | None = None,
        processed: bool = False,
        **match: Unpack[Match],
    ) -> Fault:
        """Answer with a status and a body of your own.

        The regex `path` is searched in paths like `/garmin/upload-service/upload`;
        Withings' end with the action, as in `/withings/measure?action=getmeas`.
        """
        given = dict(headers or {})
        if retry_after is not None:
            given["Retry-After"] = str(retry_after)
        text = body if isinstance(body, str) else json.dumps(body or {})
        return self._add(
            path,
            Answer(
                status=status,
                headers=given,
                body=text,
                content_type="text/html"
                if text.startswith("<")
                else "application/json",
            ),
            processed,
            match,
        )

    def reset(
        self, path: str, *, processed: bool = False, **match: Unpack[Match]
    ) -> Fault:
        """Reset the connection; with `processed` only the answer is lost.

        aiohttp's client repeats a GET once by itself when a kept-alive connection
        is reset, which uses up two of `times`.
        """
        return self._add(path, Reset(), processed, match)

    def delay(
        self,
        path: str,
        seconds: float,
        *,
        processed: bool = False,
        **match: Unpack[Match],
    ) -> Fault:
        """Wait before the request is carried out, or after it with `processed`."""
        return self._add(path, Delay(seconds), processed, match)

    def truncate(self, path: str, *, keep: int = 20, **match: Unpack[Match]) -> Fault:
        """Carry the request out and cut its answer after `keep` bytes."""
        return self._add(path, Truncate(keep), True, match)

    def foreign(
        self,
        path: str,
        *,
        status: int = 200,
        processed: bool = False,
        **match: Unpack[Match],
    ) -> Fault:
        """Answer with the HTML page of somebody else, as a captive portal does."""
        return self.answer(
            path, status, body=_CAPTIVE_PORTAL, processed=processed, **match
        )

    def clear(self) -> None:
        """Remove every fault."""
        for fault in self._faults:
            fault.remove()
        self._faults.clear()

    def meeting(self, method: str, target: str) -> Fault | None:
        """Return the fault that this request meets."""
        self._faults = [fault for fault in self._faults if fault.active]
        for fault in self._faults:
            if fault.meets(method, target, self._random):
                return fault
        return None

    def _add(self, path: str, effect: Effect, processed: bool, match: Match) -> Fault:
        """Put a fault in force."""
        fault = Fault(
            pattern=re.compile(path), effect=effect, processed=processed, **match
        )
        self._faults.append(fault)
        return fault


async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Return the handler's answer, also where it is raised as redirects are."""
    try:
        return await handler(request)
    except web.HTTPException as err:
        return web.Response(status=err.status, headers=err.headers, body=err.body)


def reset(request: web.Request) -> None:
    """Reset the connection of a request."""
    if (transport := request.transport) is None:
        return
    linger_none = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, linger_none
    )
    transport.abort()


async def _send_half(request: web.Request, whole: web.Response, keep: int) -> None:
    """Announce the whole answer and send its first bytes."""
    body = whole.body if isinstance(whole.body, bytes) else b""
    half = web.StreamResponse(status=whole.status, headers={})
    half.content_type = whole.content_type
    half.content_length = max(len(body), keep + 1)
    await half.prepare(request)
    await half.write(body[:keep])
    if request.transport is not None:
        # Unlike an abort, this lets the first bytes out.
        request.transport.close()
