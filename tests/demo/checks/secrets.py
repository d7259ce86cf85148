"""What must be true of the log, and of what is on disk."""

import json
import re
from urllib.parse import quote, quote_plus

from ..evidence import Evidence, Secret
from .check import Check, listed

_STORAGE = ".storage/"
_LOGGERS = ("custom_components.weighbridge", "garminconnect", "urllib3")
# Home Assistant says so of every custom integration.
_UNTESTED = "We found a custom integration weighbridge"
_COMPLAINT = re.compile(r"^.* (WARNING|ERROR|CRITICAL) .*weighbridge.*$", re.MULTILINE)


def check_secrets(evidence: Evidence) -> list[Check]:
    """No secret is anywhere but where it belongs, and nothing is complained about."""
    return [
        _log_level(evidence),
        _secrets_in_log(evidence),
        _secrets_in_files(evidence),
        _complaints(evidence),
    ]


def _log_level(evidence: Evidence) -> Check:
    """The log is one at debug level: elsewise it would say little of secrets."""
    missing = [
        logger
        for logger in _LOGGERS
        if not re.search(rf" DEBUG .*\[{re.escape(logger)}[.\]]", evidence.log)
    ]
    return Check(
        name="The log is at debug level",
        found=f"Nothing there from {listed(missing)}." if missing else "",
    )


def _secrets_in_log(evidence: Evidence) -> Check:
    """No secret is in the log."""
    found = {
        secret.what
        for secret in evidence.secrets
        if any(form in evidence.log for form in _forms(secret.value))
    }
    return Check(
        name=f"None of {len(evidence.secrets)} secrets is in the log",
        found=f"It has {listed(found)}." if found else "",
    )


def _secrets_in_files(evidence: Evidence) -> Check:
    """No secret is in a file, but tokens in theirs."""
    found = {
        f"{secret.what} in {path}"
        for path, content in evidence.files.items()
        for secret in evidence.secrets
        if not _belongs(secret, path)
        and any(form in content for form in _forms(secret.value))
    }
    return Check(
        name=f"None is in a file of {len(evidence.files)} where it does not belong",
        found=f"There is {listed(found)}." if found else "",
    )


def _complaints(evidence: Evidence) -> Check:
    """Home Assistant has nothing to complain about."""
    lines = [
        match[0]
        for match in _COMPLAINT.finditer(evidence.log)
        if _UNTESTED not in match[0]
    ]
    return Check(
        name="The log has no warning about Weighbridge",
        found="\n".join(lines),
    )


def _belongs(secret: Secret, path: str) -> bool:
    """Tell whether a file is the one that a secret belongs into."""
    return secret.place is not None and path.startswith(_STORAGE + secret.place)


def _forms(value: str) -> set[str]:
    """Return a secret as it is, and as addresses, forms and JSON write it."""
    return {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}
