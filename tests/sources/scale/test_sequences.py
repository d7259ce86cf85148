"""Sequences of real scales, replayed."""

import pytest

from .composing import COMPOSING
from .dated import DATED
from .notation import Sequence
from .replay import Replay, told
from .sequences import SEQUENCES
from .shown import SHOWN
from .standing import STANDING

ALL = [*SEQUENCES, *STANDING, *COMPOSING, *DATED, *SHOWN]


@pytest.mark.parametrize("sequence", ALL, ids=lambda s: s.name)
def test_sequence(sequence: Sequence) -> None:
    """What was weighed is told, and nothing else is."""
    replay = Replay(sequence.steps, polled=sequence.polled, dated=sequence.dated)
    assert told(replay.run(), alone=sequence.alone) == sequence.right
    by_clock = [outcome for _, outcome in replay.moments()]
    assert told(by_clock, alone=sequence.alone) == sequence.right


def test_there_are_enough() -> None:
    """The names tell them apart."""
    assert len({sequence.name for sequence in ALL}) == len(ALL) > 25
