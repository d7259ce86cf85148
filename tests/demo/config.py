"""The configuration directory of the demo's Home Assistant."""

from datetime import UTC, datetime
import json
from pathlib import Path
import shutil

DOMAIN = "weighbridge"
# Where Withings believes to reach Home Assistant.
HOME = "https://home.example.com"
STEP_BUTTONS = {
    "Alice": "input_button.alice_steps_on_scale",
    "Bob": "input_button.bob_steps_on_scale",
    "Carol": "input_button.carol_steps_on_scale",
    "Dave": "input_button.dave_steps_on_scale",
}
GUEST_BUTTON = "input_button.guest_steps_on_scale"
CUFF_BUTTON = "input_button.alice_uses_cuff"
BATTERY_BUTTON = "input_button.drain_or_charge_tracker"
INTEGRATION = Path(__file__).parents[2] / "custom_components" / DOMAIN

# Home Assistant's own `websocket_api` would write whole messages at debug level, the
# client secret of a new credential among them: that is its business, and not ours.
_CONFIGURATION = f"""\
homeassistant:
  name: Weighbridge demo
  external_url: {HOME}
  latitude: 52.52
  longitude: 13.4
  elevation: 34
  unit_system: metric
  currency: EUR
  country: DE
  language: en
  time_zone: Europe/Berlin
  auth_providers:
    - type: trusted_networks
      trusted_networks: ["127.0.0.1/32"]
      allow_bypass_login: true
    - type: homeassistant

frontend:
history:
logbook:
mobile_app:

logger:
  default: info
  logs:
    custom_components.weighbridge: debug
    garminconnect: debug
    urllib3: debug
    homeassistant.components.application_credentials: debug
    homeassistant.config_entries: debug
    homeassistant.data_entry_flow: debug
    homeassistant.helpers.config_entry_oauth2_flow: debug
    homeassistant.components.marketplace: warning
    homeassistant.helpers.entity_registry: warning
    homeassistant.setup: warning

input_button:
  alice_steps_on_scale:
    name: Alice steps on the scale
    icon: mdi:shoe-print
  bob_steps_on_scale:
    name: Bob steps on the scale
    icon: mdi:shoe-print
  carol_steps_on_scale:
    name: Carol steps on the scale
    icon: mdi:shoe-print
  dave_steps_on_scale:
    name: Dave steps on the scale
    icon: mdi:shoe-print
  guest_steps_on_scale:
    name: A guest steps on the scale
    icon: mdi:shoe-print
  alice_uses_cuff:
    name: Alice measures her blood pressure
    icon: mdi:heart-pulse
  drain_or_charge_tracker:
    name: Drain or charge the tracker
    icon: mdi:battery-sync
"""
_GATEWAY = """
automation: !include automations.yaml

notify:
  - platform: rest
    name: sms
    resource: {clouds_url}/sms/send
    method: POST_JSON
    target_param_name: to
"""


def write_config(directory: Path, *, port: int, besides: str = "") -> None:
    """Make a directory one to start Home Assistant from, with the integration in it.

    It will listen at `port` of the loopback interface. `besides` is further YAML.
    """
    (directory / "configuration.yaml").write_text(f"{_CONFIGURATION}\n{besides}")
    components = directory / "custom_components"
    shutil.copytree(
        INTEGRATION, components / DOMAIN, ignore=shutil.ignore_patterns("__pycache__")
    )
    # A regular package hides the one of the same name in the project.
    (components / "__init__.py").touch()
    storage = directory / ".storage"
    storage.mkdir()
    # What YAML says of the web server would be on trial for five minutes only.
    web_server = {
        "server_host": ["127.0.0.1"],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "intermediate_v6",
        "use_x_frame_options": True,
        "created_at": datetime.now(UTC).isoformat(),
        "error": None,
        "error_message": None,
    }
    _store(
        storage,
        "http",
        {"stable": web_server, "pending": None, "yaml_migration_done": True},
        version=3,
    )
    # What these steps would add asks the internet for weather and radio stations.
    done = ["core_config", "analytics", "integration"]
    _store(storage, "onboarding", {"done": done}, version=4)


def add_gateway(directory: Path, clouds_url: str) -> None:
    """Let Home Assistant's own `rest` send texts through the simulated gateway."""
    with (directory / "configuration.yaml").open("a") as configuration:
        configuration.write(_GATEWAY.format(clouds_url=clouds_url))
    # The automations that people make in the interface.
    (directory / "automations.yaml").write_text("[]\n")


def _store(storage: Path, key: str, data: object, *, version: int) -> None:
    """Write a file as Home Assistant would have written it itself."""
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (storage / key).write_text(json.dumps(content))
