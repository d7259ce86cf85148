"""What we use of `garminconnect` beyond its public face, held against the pinned one."""

from importlib.metadata import version
import inspect
import json
from pathlib import Path

from garminconnect.client import Client
from garminconnect.fit import FitEncoderWeight  # type: ignore[attr-defined]
import pytest

from custom_components.weighbridge.garmin import fit

MANIFEST = Path(fit.__file__).parents[1] / "manifest.json"


def parameters(owner: type, method: str) -> list[str]:
    """Return the names of a method's parameters."""
    function = getattr(owner, method, None)
    assert callable(function), changed(f"{owner.__name__}.{method}", "is gone")
    return list(inspect.signature(function).parameters)


def changed(part: str, how: str) -> str:
    """Say which part is no longer what we rely on."""
    return f"garminconnect {version('garminconnect')}: {part} {how}"


def test_the_version_under_test_is_the_pinned_one() -> None:
    """What passes here is what users get."""
    requirements = json.loads(MANIFEST.read_text())["requirements"]
    assert requirements == [f"garminconnect=={version('garminconnect')}"]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("_refresh_session", ["self"]),
        ("_token_expires_soon", ["self"]),
        ("_di_token_post", ["self", "client_id", "accept", "data"]),
        ("_extract_client_id_from_jwt", ["self", "token"]),
        ("connectapi", ["self", "path", "kwargs"]),
        ("request", ["self", "method", "_domain", "path", "kwargs"]),
        ("login", ["self", "email", "password", "prompt_mfa", "return_on_mfa"]),
        ("resume_login", ["self", "client_state", "mfa_code"]),
        ("dumps", ["self"]),
        ("loads", ["self", "tokenstore"]),
    ],
)
def test_methods_of_the_client(method: str, expected: list[str]) -> None:
    """The client has the methods that we call or replace."""
    seen = parameters(Client, method)
    assert seen == expected, changed(f"Client.{method}", f"takes {seen}")


def test_state_of_the_client() -> None:
    """The client keeps its tokens and its connections where we look for them."""
    client = Client()
    tokens = {"di_token", "di_refresh_token", "di_client_id"}
    for token in tokens:
        assert getattr(client, token, "") is None, changed(f"Client.{token}", "is gone")
    kept = set(json.loads(client.dumps()))
    assert kept == tokens, changed("Client.dumps", f"keeps {kept}")
    session = getattr(client, "_api_session", None)
    assert hasattr(session, "close"), changed("Client._api_session", "is no session")
    assert hasattr(client, "_token_lock"), changed("Client._token_lock", "is gone")
    with client._token_lock, client._token_lock:  # noqa: SLF001  # taken twice on refresh
        pass


def test_refresh_goes_through_the_method_that_we_replace() -> None:
    """Both ways to a refresh, before a request and after a 401, meet our own."""
    source = inspect.getsource(Client._run_request)  # noqa: SLF001  # the contract itself
    told = changed("Client._run_request", "refreshes in another way")
    assert source.count("self._refresh_session()") == 2, told
    assert "_refresh_di_token" not in source, told


def test_the_encoder() -> None:
    """The encoder takes the fields that we write."""
    seen = parameters(FitEncoderWeight, "write_weight_scale")
    assert seen == [
        "self",
        "timestamp",
        "weight",
        "percent_fat",
        "percent_hydration",
        "visceral_fat_mass",
        "bone_mass",
        "muscle_mass",
        "basal_met",
        "active_met",
        "physique_rating",
        "metabolic_age",
        "visceral_fat_rating",
        "bmi",
    ], changed("FitEncoderWeight.write_weight_scale", f"takes {seen}")
