"""Tests of the manifest and of all that must agree with it."""

import ast
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path
import re
import subprocess
import sys
from urllib.parse import urlsplit

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
import pytest

from custom_components.weighbridge.const import DOMAIN
import homeassistant.components
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
from homeassistant.util.package import is_installed

from .package import PACKAGE, ROOT, manifest, read_json, sources, version

REQUIRED = {
    "domain",
    "name",
    "codeowners",
    "config_flow",
    "documentation",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "requirements",
    "version",
}
OPTIONAL = {
    "after_dependencies",
    "categories",
    "connectivity",
    "dependencies",
    "loggers",
    "single_config_entry",
}

INTEGRATION_TYPES = {"device", "hub", "service"}
IOT_CLASSES = {"cloud_polling", "cloud_push"}

PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[0-9][0-9a-z.]*)")

# Components that Home Assistant always has, or that only lend their names.
ALWAYS_THERE = {*Platform, "automation", "homeassistant", "webhook"} | {
    f"input_{kind}" for kind in ("datetime", "number", "text")
}


def test_manifest_has_the_keys_that_home_assistant_knows() -> None:
    """Any other key is refused, and so is any other order."""
    keys = list(manifest())
    assert REQUIRED <= set(keys) <= REQUIRED | OPTIONAL
    assert keys == ["domain", "name", *sorted(set(keys) - {"domain", "name"})]


def test_manifest_says_what_is_true() -> None:
    """The values are of the kinds that Home Assistant and the store accept."""
    content = manifest()
    assert content["domain"] == PACKAGE.name == DOMAIN
    assert content["config_flow"] is True
    assert content["integration_type"] in INTEGRATION_TYPES
    assert content["iot_class"] in IOT_CLASSES
    assert content["codeowners"]
    assert all(re.fullmatch(r"@[\w/-]+", owner) for owner in content["codeowners"])
    assert AwesomeVersion(version()).strategy is AwesomeVersionStrategy.SEMVER
    for key in ("documentation", "issue_tracker"):
        url = urlsplit(content[key])
        assert url.scheme == "https"
        assert url.hostname != "www.home-assistant.io"
    assert content["issue_tracker"].startswith(content["documentation"])


async def test_home_assistant_loads_the_manifest(hass: HomeAssistant) -> None:
    """The loader accepts it, with all dependencies."""
    integration = await async_get_integration(hass, DOMAIN)
    assert integration.disabled is None
    assert integration.is_built_in is False
    assert integration.version == version()
    assert await integration.resolve_dependencies()


def test_dependencies_exist_and_are_in_order() -> None:
    """What the manifest depends on is in Home Assistant, and is listed once."""
    first = manifest().get("dependencies", [])
    later = manifest().get("after_dependencies", [])
    assert first == sorted(set(first))
    assert later == sorted(set(later))
    assert set(first).isdisjoint(later)
    (components,) = homeassistant.components.__path__
    for name in (*first, *later):
        assert (ROOT / components / name / "manifest.json").is_file()
    assert not (ROOT / components / DOMAIN).exists()


def test_components_that_are_used_are_depended_on() -> None:
    """A component that is imported has been set up, or is there all the same."""
    declared = {
        *manifest().get("dependencies", []),
        *manifest().get("after_dependencies", []),
    }
    platforms = {Path(path).stem for path in sources()}
    undeclared = {
        path: component
        for path, tree in sources().items()
        for component in _components(tree)
        if component not in declared | ALWAYS_THERE | platforms
    }
    assert undeclared == {}


def test_libraries_that_are_used_are_required() -> None:
    """What is imported comes with Python, Home Assistant or a requirement."""
    pins = [_pin(requirement)[0] for requirement in manifest()["requirements"]]
    installed = {"homeassistant", *pins}
    for name in ("homeassistant", *pins):
        installed |= {_project(needed) for needed in requires(name) or ()}
    distributions = packages_distributions()
    stray = {
        path: package
        for path, tree in sources().items()
        for package in _packages(tree) - sys.stdlib_module_names
        if installed.isdisjoint(_normal(name) for name in distributions[package])
    }
    assert stray == {}


def test_requirements_are_pinned_alike_everywhere() -> None:
    """What the tests run with is what users get."""
    for requirement in manifest()["requirements"]:
        _pin(requirement)
        for name in ("test", "demo"):
            for suffix in ("in", "txt"):
                lines = (ROOT / f"requirements_{name}.{suffix}").read_text().split("\n")
                assert requirement in lines


def test_requirements_are_there() -> None:
    """Home Assistant takes what is installed here for the requirements."""
    assert all(is_installed(requirement) for requirement in manifest()["requirements"])


def test_loggers_are_those_of_the_requirements() -> None:
    """Debug logging, once enabled, covers the libraries."""
    used = {package for tree in sources().values() for package in _packages(tree)}
    assert manifest()["loggers"]
    assert set(manifest()["loggers"]) <= used


def test_category_and_connectivity_are_known() -> None:
    """The newest Home Assistant shows both, by words that its own integrations use."""
    components = list(
        ROOT.glob(
            ".venv-demo/lib/*/site-packages/homeassistant/components/*/manifest.json"
        )
    )
    if not components:
        pytest.skip("the newest Home Assistant is not here: scripts/setup demo")
    for key in ("categories", "connectivity"):
        known = {word for path in components for word in read_json(path).get(key, ())}
        assert manifest()[key]
        assert set(manifest()[key]) <= known


def test_no_other_manifest_is_in_the_tree() -> None:
    """Hassfest takes each manifest that it finds for an integration to check."""
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - as scripts do
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    manifests = [path for path in found if Path(path).name == "manifest.json"]
    assert [ROOT / path for path in manifests] == [PACKAGE / "manifest.json"]


def test_changelog_tells_of_this_version() -> None:
    """The newest entry of the changelog is the version that ships."""
    changelog = (ROOT / "CHANGELOG.md").read_text()
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == version()


def test_hacs_manifest() -> None:
    """The store knows all keys, and the floor is the version that the tests run on."""
    content = read_json(ROOT / "hacs.json")
    assert {"name", "homeassistant"} <= set(content)
    assert set(content) <= {
        "name",
        "homeassistant",
        "country",
        "filename",
        "hacs",
        "hide_default_branch",
        "persistent_directory",
        "render_readme",
        "zip_release",
    }
    assert content["name"] == manifest()["name"]
    floor = AwesomeVersion(content["homeassistant"])
    tested = AwesomeVersion(homeassistant.const.__version__)
    assert (floor.section(0), floor.section(1)) == (
        tested.section(0),
        tested.section(1),
    )
    assert floor <= tested
    assert content.get("zip_release", False) is ("filename" in content)


def test_licence_is_one_that_the_store_knows() -> None:
    """The licence is recognised by its first line."""
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n")


def _components(tree: ast.Module) -> Iterator[str]:
    """Yield the components of Home Assistant that a module imports."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(name), names=names):
                imported = [f"{name}.{alias.name}" for alias in names]
            case ast.Import(names=names):
                imported = [alias.name for alias in names]
            case _:
                continue
        for name in imported:
            if name.startswith("homeassistant.components."):
                yield name.split(".")[2]


def _packages(tree: ast.Module) -> set[str]:
    """Return the top level packages that a module imports, but for its own."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(level=0, module=str(name)):
                found.add(name.partition(".")[0])
            case ast.Import(names=names):
                found |= {alias.name.partition(".")[0] for alias in names}
    return found


def _pin(requirement: str) -> tuple[str, str]:
    """Return the project and version of a requirement, which must name one version."""
    pin = PIN.fullmatch(requirement)
    assert pin is not None, f"{requirement} is not pinned"
    return _normal(pin["name"]), pin["version"]


def _project(requirement: str) -> str:
    """Return the project that a requirement is about."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return _normal(name[0])


def _normal(name: str) -> str:
    """Return the name of a project in its normal form."""
    return re.sub(r"[-_.]+", "-", name).lower()
