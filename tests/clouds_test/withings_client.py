"""A plain client of the simulated Withings."""

from typing import Any

from aiohttp import ClientSession
from yarl import URL

from tests.clouds import WITHINGS_CLIENT_ID, WITHINGS_CLIENT_SECRET, Clouds

REDIRECT = "https://my.home-assistant.io/redirect/oauth"


class Client:
    """A client of the API, with the tokens it was given last."""

    def __init__(self, clouds: Clouds, session: ClientSession) -> None:
        """Start without tokens."""
        self._clouds = clouds
        self._session = session
        self.tokens: dict[str, Any] = {}

    async def authorize(self, scope: str = "user.info,user.metrics") -> URL:
        """Return where the consent page sends the browser."""
        url = URL(f"{self._clouds.url}/withings/oauth2_user/authorize2")
        return await self._clouds.consent(
            str(
                url.with_query(
                    response_type="code",
                    client_id=WITHINGS_CLIENT_ID,
                    scope=scope,
                    redirect_uri=REDIRECT,
                    state="s1",
                )
            )
        )

    async def token(self, **form: str) -> dict[str, Any]:
        """Ask for tokens, and keep them."""
        answer = await self._post(
            "/v2/oauth2",
            {
                "action": "requesttoken",
                "client_id": WITHINGS_CLIENT_ID,
                "client_secret": WITHINGS_CLIENT_SECRET,
                **form,
            },
        )
        if answer["status"] == 0:
            self.tokens = answer["body"]
        return answer

    async def exchange(self, code: str, redirect: str = REDIRECT) -> dict[str, Any]:
        """Exchange a code."""
        return await self.token(
            grant_type="authorization_code", code=code, redirect_uri=redirect
        )

    async def refresh(self, token: str) -> dict[str, Any]:
        """Exchange a refresh token."""
        return await self.token(grant_type="refresh_token", refresh_token=token)

    async def sign_in(self, scope: str = "user.info,user.metrics") -> None:
        """Go through the whole sign-in."""
        back = await self.authorize(scope)
        await self.exchange(back.query["code"])

    async def call(self, path: str, action: str, **form: object) -> dict[str, Any]:
        """Call the API with the access token."""
        fields = {name: str(value) for name, value in form.items()}
        return await self._post(path, {"action": action, **fields})

    async def groups(self, **form: object) -> list[dict[str, Any]]:
        """Return the groups of one page of `getmeas`."""
        answer = await self.call("/measure", "getmeas", **form)
        assert answer["status"] == 0
        groups: list[dict[str, Any]] = answer["body"]["measuregrps"]
        return groups

    async def _post(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        """Post a form; the HTTP status is 200 whatever the answer."""
        async with self._session.post(
            f"{self._clouds.url}/withings{path}",
            data=form,
            headers={"Authorization": f"Bearer {self.tokens.get('access_token')}"},
        ) as response:
            assert response.status == 200
            answer: dict[str, Any] = await response.json()
            return answer
