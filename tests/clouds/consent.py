"""Who sits at the browser when a vendor asks for consent."""

from collections.abc import Iterable
from html import escape

from aiohttp import web
from yarl import URL


class Browser:
    """The person who is signed in at a vendor's consent page."""

    def __init__(self) -> None:
        """Let nobody be signed in: the page asks when several people could be."""
        self.person: str | None = None
        self._denials = 0

    def deny_next(self) -> None:
        """Refuse the next consent."""
        self._denials += 1

    def consent(self, request: web.Request, people: Iterable[str]) -> str | None:
        """Return who consents, None for a refusal.

        Raises a page to choose from when it is not known who that would be.
        """
        if self._denials:
            self._denials -= 1
            return None
        if "deny" in request.query:
            return None
        names = list(people)
        chosen = request.query.get("as", self.person)
        if chosen is None and len(names) == 1:
            chosen = names[0]
        if chosen in names:
            return chosen
        raise web.HTTPOk(text=_page(request.rel_url, names), content_type="text/html")


def back_to(redirect_uri: str, **query: str) -> web.HTTPFound:
    """Return the redirect that takes the browser back to the application."""
    return web.HTTPFound(URL(redirect_uri).update_query(query))


def _page(url: URL, names: list[str]) -> str:
    """Return the page that asks who consents."""
    links = "".join(
        f'<p><a href="{escape(str(url.update_query({"as": name})))}">'
        f"Continue as {escape(name)}</a></p>"
        for name in names
    )
    deny = escape(str(url.update_query(deny="1")))
    return (
        "<!DOCTYPE html><html><head><title>Simulated consent</title></head><body>"
        f'<h1>Who is signing in?</h1>{links}<p><a href="{deny}">Deny</a></p>'
        "</body></html>"
    )
