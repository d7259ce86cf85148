"""The first start of a Home Assistant: its user, and a token of theirs."""

from typing import Any
from uuid import uuid4

from aiohttp import ClientSession

from .errors import DemoError

NAME = "Demo"


async def onboard(url: str) -> str:
    """Create the user, and return an access token.

    Nobody ever types the password: the browser is let in for where it is.
    """
    client_id = f"{url}/"
    async with ClientSession(url) as session:
        user = {
            "name": NAME,
            "username": NAME.lower(),
            "password": uuid4().hex,
            "client_id": client_id,
            "language": "en",
        }
        code = (await _post(session, "/api/onboarding/users", json=user))["auth_code"]
        grant = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": client_id,
        }
        token: str = (await _post(session, "/auth/token", data=grant))["access_token"]
        return token


async def _post(session: ClientSession, path: str, **kwargs: Any) -> Any:
    """Post, and return the JSON of the answer."""
    async with session.post(path, **kwargs) as response:
        if not response.ok:
            raise DemoError(f"POST {path}: HTTP {response.status}")
        return await response.json()
