"""The soak, for a short while: a real Home Assistant that is killed now and then."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT, create_subprocess_exec
from dataclasses import replace
from datetime import UTC, datetime
import os
from pathlib import Path
import re

import pytest

from ..clouds import Clouds, GarminWeighIn
from .book import Book, Verdict, Weighing
from .measured import Values

SOAK = Path(__file__).parents[2] / "scripts" / "soak"
# In seconds, for a machine that has more to do: what does not come to rest is told of by the soak itself, which waits for four minutes.
TIMEOUT = 400
NOON = int(datetime(2026, 11, 1, 12, tzinfo=UTC).timestamp())


@pytest.mark.e2e
@pytest.mark.timeout(450)
@pytest.mark.usefixtures("socket_enabled")
async def test_nothing_is_lost_and_nothing_twice(tmp_path: Path) -> None:
    """Each weigh-in is at Garmin once, whatever happened on its way."""
    process = await create_subprocess_exec(
        SOAK,
        "--rounds=10",
        "--seed=2",
        stdout=PIPE,
        stderr=STDOUT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    try:
        async with asyncio.timeout(TIMEOUT):
            raw, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    output = raw.decode()
    assert process.returncode == 0, output
    summary = re.search(
        r"10 rounds .* (\d+) kills, (\d+) faults, (\d+) weigh-ins: "
        r"lost 0, twice 0, wrong 0",
        output,
    )
    assert summary is not None, output
    assert min(map(int, summary.groups())) > 0, output
    assert not any_left(tmp_path)


def any_left(directory: Path) -> bool:
    """Tell whether anything is in a directory."""
    return any(directory.iterdir())


@pytest.fixture
def book(clouds: Clouds) -> Book:
    """Return a book with a weighing, and with one that two scales have reported."""
    book = Book()
    clouds.withings.person("alice")
    reported: tuple[dict[int, Values], ...] = (
        {NOON: {"weight": 80.0, "body_fat": 20.0}},
        {NOON + 600: {"weight": 70.0}, NOON + 650: {"weight": 70.04}},
    )
    for answers in reported:
        group = clouds.withings.step_on_scale("alice", 80.0)
        book.add(Weighing(scale="alice", key=group.grpid, answers=answers))
    return book


def held(second: int, weight: float, body_fat: float | None = None) -> GarminWeighIn:
    """Return a weigh-in at Garmin."""
    when = datetime.fromtimestamp(second, UTC)
    return GarminWeighIn(
        measured_at=when,
        weight=weight,
        body_fat=body_fat,
        sample_pk=1,
        source_type="FIT",
        visible_at=when,
    )


RIGHT = held(NOON, 80.0, 20.0)
OTHER = held(NOON + 650, 70.04)


@pytest.mark.parametrize(
    ("at_garmin", "lost", "twice", "wrong"),
    [
        ([RIGHT, OTHER], 0, 0, 0),
        ([RIGHT, held(NOON + 600, 70.0)], 0, 0, 0),
        ([RIGHT], 1, 0, 0),
        ([], 2, 0, 0),
        ([RIGHT, RIGHT, OTHER], 0, 1, 0),
        ([RIGHT, OTHER, held(NOON + 600, 70.0)], 0, 1, 0),
        ([RIGHT, OTHER, held(NOON + 1, 80.0)], 0, 1, 0),
        ([held(NOON, 80.01, 20.0), OTHER], 0, 0, 1),
        ([held(NOON, 80.0), OTHER], 0, 0, 1),
        ([RIGHT, held(NOON + 650, 70.0)], 0, 0, 1),
    ],
)
def test_verdict(
    book: Book, at_garmin: list[GarminWeighIn], lost: int, twice: int, wrong: int
) -> None:
    """What is missing, doubled or not as it was measured does not pass."""
    verdict = book.check(at_garmin)
    assert tuple(map(len, (verdict.lost, verdict.twice, verdict.wrong))) == (
        lost,
        twice,
        wrong,
    )
    assert bool(verdict) == bool(lost or twice or wrong)


def test_verdict_on_an_edit(book: Book) -> None:
    """An old version does not pass, unless the ledger that knew it is lost."""
    weighing = book.weighings[0]
    weighing.edit({"weight": 81.0, "body_fat": 20.0})
    new = held(NOON, 81.0, 20.0)
    assert book.check([new, OTHER]) == Verdict()
    assert len(book.check([RIGHT, OTHER]).wrong) == 1
    book.unsettle([RIGHT, OTHER])
    assert book.check([RIGHT, OTHER]) == book.check([new, OTHER]) == Verdict()
    assert len(book.check([held(NOON, 82.0, 20.0), OTHER]).wrong) == 1


def test_verdict_on_a_double(book: Book) -> None:
    """It does not pass, unless it was there when the ledger that knew it was lost."""
    first, second, third = [replace(RIGHT, sample_pk=pk) for pk in (2, 3, 4)]
    assert len(book.check([first, second, OTHER]).twice) == 1
    book.unsettle([first, second, OTHER])
    assert (
        book.check([first, second, OTHER]) == book.check([second, OTHER]) == Verdict()
    )
    assert len(book.check([first, third, OTHER]).twice) == 1


def test_verdict_on_what_the_vendor_corrects(book: Book) -> None:
    """Re-dated it is at its new place alone, and gone it is nowhere, if it was ours."""
    weighing = book.weighings[0]
    weighing.redate(NOON - 3600)
    moved = held(NOON - 3600, 80.0, 20.0)
    assert book.check([moved, OTHER]) == Verdict()
    assert len(book.check([RIGHT, OTHER]).wrong) == 1
    assert len(book.check([RIGHT, moved, OTHER]).twice) == 1
    weighing.delete()
    assert book.check([OTHER]) == Verdict()
    assert len(book.check([moved, OTHER]).twice) == 1
    weighing.restore()
    assert book.check([moved, OTHER]) == Verdict()
    assert len(book.check([OTHER]).lost) == 1
    weighing.delete()
    book.unsettle([RIGHT, OTHER])
    assert book.check([OTHER]) == book.check([RIGHT, OTHER]) == Verdict()


def test_verdict_on_what_was_cut_off(book: Book) -> None:
    """What Home Assistant was killed over may be missing, but neither twice nor wrong."""
    weighing = book.weighings[0]
    weighing.is_sure = False
    assert book.check([OTHER]) == book.check([RIGHT, OTHER]) == Verdict()
    assert len(book.check([RIGHT, RIGHT, OTHER]).twice) == 1
    assert len(book.check([held(NOON, 80.01, 20.0), OTHER]).wrong) == 1
