"""Sequences of real scales, replayed."""

import pytest

from .notation import Sequence
from .replay import Replay, told
from .sequences import SEQUENCES


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda s: s.name)
def test_sequence(sequence: Sequence) -> None:
    """What was weighed is told, and nothing else is."""
    replay = Replay(sequence.steps, polled=sequence.polled, dated=sequence.dated)
    assert told(replay.run()) == sequence.right


def test_there_are_enough() -> None:
    """The names tell them apart."""
    assert len({sequence.name for sequence in SEQUENCES}) == len(SEQUENCES) > 25
