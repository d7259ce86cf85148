"""Tests that imports run one way, and past no face of a wing."""

import ast
from collections.abc import Iterator

import pytest

from .package import PACKAGE, sources

# From the door down; a wing may use those below it.
FLOORS = (
    ("",),
    ("flows", "feeds", "frontend"),
    ("garmin", "sources"),
    ("sources.scale",),
    ("clients.garmin", "clients.google", "clients.withings"),
    ("clients", "ledger", "trend", "battery", "blueprints", "sending"),
)
GROUND = {
    "const",
    "devices",
    "entry",
    "model",
    "names",
    "pace",
    "store",
    "turns",
    "units",
}
WINGS = sorted((wing for floor in FLOORS for wing in floor), key=len, reverse=True)
# What is pure: it runs without Home Assistant.
PURE = (
    "model",
    "ledger",
    "trend",
    "battery.rules",
    "sources.rows",
    "sources.scale.dated",
    "sources.scale.recognition",
)


def _place(path: str) -> str:
    """Return the dotted name of a module by its path in the package."""
    return (
        path.removesuffix(".py").replace("/", ".").removesuffix("__init__").strip(".")
    )


def _handed_out(face: ast.Module) -> set[str]:
    """Return what a face lists in `__all__`."""
    return {
        str(ast.literal_eval(name))
        for node in face.body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "__all__"
        and isinstance(node.value, ast.Tuple)
        for name in node.value.elts
    }


MODULES = {_place(path): tree for path, tree in sources().items()}
PACKAGES = {_place(path) for path in sources() if path.endswith("__init__.py")}


FACES = {place: _handed_out(MODULES[place]) for place in PACKAGES}


def _wing(place: str) -> str:
    """Return the wing that a module belongs to; the ground is one, too."""
    if place in GROUND:
        return "ground"
    return next(w for w in WINGS if w == place or place.startswith(f"{w}.") or not w)


def _imports(place: str) -> Iterator[str]:
    """Yield the modules, or things in them, that a module imports of the package."""
    home = place.split(".") if place else []
    if place not in PACKAGES:
        home = home[:-1]
    for node in ast.walk(MODULES[place]):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = home[: len(home) - node.level + 1]
            module = ".".join((*base, *(node.module or "").split("."))).strip(".")
            for name in node.names:
                inner = f"{module}.{name.name}".strip(".")
                handed_out = module in FACES and name.name in FACES[module]
                yield inner if inner in MODULES and not handed_out else module


def _floor(wing: str) -> int:
    """Return how far down a wing is; the ground is lowest."""
    return next((n for n, floor in enumerate(FLOORS) if wing in floor), len(FLOORS))


@pytest.mark.parametrize("place", sorted(MODULES))
def test_imports(place: str) -> None:
    """A module uses its own wing, and the faces of those further down."""
    wing = _wing(place)
    for target in _imports(place):
        other = _wing(target)
        if other == wing:
            continue
        assert _floor(other) > _floor(wing), f"{place} imports {target}, which is above"
        # An inner wing may use the rooms of the one that it is part of.
        assert other in (target, "ground") or wing.startswith(f"{other}."), (
            f"{place} reaches past {other}"
        )


def test_there_is_something_to_hold() -> None:
    """All wings are there, and what is imported is found."""
    found = {_wing(place) for place in MODULES}
    assert found - {"ground"} == {
        w for w in WINGS if (PACKAGE / w.replace(".", "/")).is_dir()
    }
    assert sum(1 for place in MODULES for _ in _imports(place)) > len(MODULES)


@pytest.mark.parametrize("pure", PURE)
def test_pure(pure: str) -> None:
    """What decides knows nothing of Home Assistant, nor does what it uses."""
    left = [place for place in MODULES if place == pure or place.startswith(f"{pure}.")]
    seen = set(left)
    while left:
        place = left.pop()
        for node in ast.walk(MODULES[place]):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            assert not any(name.startswith("homeassistant") for name in names), place
        for target in _imports(place):
            if target not in seen:
                seen.add(target)
                left.append(target)
