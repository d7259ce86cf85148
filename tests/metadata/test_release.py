"""Tests of what is released, and of the machines that release and test it."""

from collections.abc import Iterator
import os
from pathlib import Path
import re
import subprocess
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from custom_components.weighbridge.const import DOMAIN

from .package import PACKAGE, ROOT, read_json

WORKFLOWS = {
    path.stem: path.read_text() for path in (ROOT / ".github/workflows").glob("*.yml")
}
PINNED = re.compile(r"uses: [\w/-]+@[0-9a-f]{40} # \S+")


def steps(name: str) -> Iterator[dict[str, Any]]:
    """Yield the steps of a workflow."""
    for job in yaml.safe_load(WORKFLOWS[name])["jobs"].values():
        yield from job["steps"]


def pack(file: Path, **environment: str) -> bytes:
    """Pack the integration as the workflow does."""
    subprocess.run(  # noqa: S603 - our own program
        [ROOT / "scripts" / "pack", file],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    return file.read_bytes()


def test_release_is_reproducible(tmp_path: Path) -> None:
    """Whoever packs the same commit gets the same bytes, in another zone and later."""
    first = pack(tmp_path / "first.zip", TZ="Asia/Tokyo")
    second = pack(
        tmp_path / "second.zip", TZ="America/New_York", GIT_AUTHOR_NAME="Another"
    )
    assert first == second


def test_release_holds_the_integration(tmp_path: Path) -> None:
    """All files of the package are there, where the store unpacks them, and no other."""
    pack(tmp_path / "packed.zip")
    tracked = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", "HEAD", "."],  # noqa: S607 - as scripts do
        cwd=PACKAGE,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    with ZipFile(tmp_path / "packed.zip") as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    assert names == set(tracked)
    assert "manifest.json" in names


def test_release_is_what_the_store_fetches() -> None:
    """The workflow packs, attests and attaches the archive that hacs.json names."""
    archive = read_json(ROOT / "hacs.json")["filename"]
    given = list(steps("release"))
    assert f"${{1:-{archive}}}" in (ROOT / "scripts" / "pack").read_text()
    assert f"custom_components/{DOMAIN}" in (ROOT / "scripts" / "pack").read_text()
    (attest,) = (step for step in given if "attest" in step.get("uses", ""))
    assert attest["with"]["subject-path"] == archive
    order = [step.get("run", "") or step.get("uses", "") for step in given]
    packed = order.index("scripts/pack")
    attached = order.index(f'gh release upload "$TAG" {archive} --clobber')
    assert packed < given.index(attest) < attached


def test_validators_of_home_assistant_and_of_the_store_run() -> None:
    """What cannot be checked here is checked where the repository lives."""
    used = [step.get("uses", "").partition("@")[0] for step in steps("validate")]
    assert "home-assistant/actions/hassfest" in used
    assert "hacs/action" in used


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_workflows_cannot_change_under_our_hands(name: str) -> None:
    """Each action is pinned by its hash, may do little, and never runs twice at once."""
    content = yaml.safe_load(WORKFLOWS[name])
    assert "concurrency" in content
    assert content["permissions"] == {}
    uses = re.findall(r"uses: .*", WORKFLOWS[name])
    assert [line for line in uses if not PINNED.fullmatch(line)] == []
    assert all("timeout-minutes" in job for job in content["jobs"].values())


def test_what_comes_next_is_tested_each_night() -> None:
    """Each environment that scripts/next knows has its job, and a failure is told."""
    content = yaml.safe_load(WORKFLOWS["next"])
    assert "schedule" in content[True]  # YAML reads `on` as a truth
    known = re.findall(
        r"^# *(?:usage:)? *scripts/next (\w+)",
        (ROOT / "scripts" / "next").read_text(),
        re.MULTILINE,
    )
    assert content["jobs"]["next"]["strategy"]["matrix"]["what"] == known
    assert "failure()" in content["jobs"]["tell"]["if"]
    assert any(
        "gh issue create" in step["run"] for step in content["jobs"]["tell"]["steps"]
    )


@pytest.mark.parametrize("name", ["test", "demo", "e2e", "mutate"])
def test_what_is_asked_for_is_what_is_pinned(name: str) -> None:
    """A version that was raised by hand or by a bot has been through scripts/lock."""
    wanted, pinned = (
        {
            line.partition(" ;")[0].lower()
            for line in (ROOT / f"requirements_{name}.{suffix}").read_text().split("\n")
            if re.match(r"[A-Za-z]", line)
        }
        for suffix in ("in", "txt")
    )
    assert wanted <= pinned


@pytest.mark.parametrize("form", ["fault", "feature", "language"])
def test_issue_forms_ask_for_diagnostics(form: str) -> None:
    """They tell most, and whoever reports something would not think of them."""
    path = ROOT / ".github" / "ISSUE_TEMPLATE" / f"{form}.yml"
    ids = [field.get("id") for field in yaml.safe_load(path.read_text())["body"]]
    assert "diagnostics" in ids
