"""What is odd in a vendor's answers: left out, and told of once."""

from ..const import LOGGER


class Oddities:
    """Logs each oddity the first time that it occurs."""

    def __init__(self, vendor: str) -> None:
        """Tell of what this vendor sends."""
        self._vendor = vendor
        self._told: set[tuple[str, str]] = set()

    def tell(self, what: str, detail: object = None) -> None:
        """Log something odd, with the detail that makes it odd."""
        if (what, repr(detail)) in self._told:
            return
        self._told.add((what, repr(detail)))
        if detail is None:
            LOGGER.warning("%s sent %s", self._vendor, what)
        else:
            LOGGER.warning("%s sent %s: %s", self._vendor, what, detail)
