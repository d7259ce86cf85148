"""What is remembered of a scale outlives a restart."""

import json

from custom_components.weighbridge.sources.scale.memory import Known, Memory

NOW = 1_790_000_000.5


def test_all_of_it_comes_back() -> None:
    """Whatever it is, it is the same after a restart."""
    memory = Memory(
        shown={"weight": 80.2},
        since=NOW,
        heard=NOW + 1,
        known=[Known("1790000000", 80.2, NOW, NOW + 2, {"body_fat": 18.4})],
        live=True,
        sleeps=True,
        misses={"body_fat": 2},
        chatty={"weight", "body_fat"},
        ahead=True,
    )
    for known in (memory, Memory()):
        assert Memory.from_json(json.loads(json.dumps(known.as_json()))) == known


def test_what_was_stored_before_clocks_were_looked_at() -> None:
    """A scale of which nobody has said so is not ahead."""
    stored = Memory(ahead=True).as_json()
    del stored["ahead"]
    assert Memory.from_json(stored) == Memory(ahead=False)
