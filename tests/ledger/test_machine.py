"""The ledger in every state and at random: nothing is lost, and nothing is there twice."""

from collections.abc import Callable
import inspect

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from custom_components.weighbridge.ledger import Ledger, links, outcomes, reconcile

from .lives import BEGINNINGS, DOUBLES, EVENTS
from .transitions import REST, TRANSITIONS, Watch
from .verdict import finish
from .weighings import DAY, HOUR
from .world import ENDS, MEANWHILE, World

ANY = st.integers(0, 9999)


def test_the_table_has_every_event() -> None:
    """No function that may change a ledger is left out."""
    wing = {
        thing
        for place in (Ledger, links, outcomes, inspect.getmodule(reconcile))
        for name, thing in vars(place).items()
        if inspect.isfunction(thing)
        and not name.startswith("_")
        and inspect.getmodule(thing) is inspect.getmodule(place)
    }
    assert TRANSITIONS.keys() | REST == wing
    assert not TRANSITIONS.keys() & REST


def test_every_event_in_every_state() -> None:
    """All of the table of transitions happens, and nothing else."""
    watch = Watch()
    for begin in (*BEGINNINGS, *DOUBLES):
        for event in EVENTS:
            world = World(watch)
            try:
                event(world, begin(world))
                finish(world)
            except AssertionError as err:
                err.add_note(f"{begin}, {event}")
                raise
    assert watch.unseen() == []


class LedgerMachine(RuleBasedStateMachine):
    """Offers, edits, deletions, pushes, lost answers and crashes in any order."""

    def __init__(self) -> None:
        """Begin with one weighing, an empty ledger and an empty Garmin."""
        super().__init__()
        self.world = World(Watch())
        self.world.step_on_scale()

    @rule(
        decagrams=st.integers(4_000, 15_000),
        again=st.none() | st.integers(1, 59),
        twin=st.none() | st.tuples(st.integers(-59, 59), st.integers(-5, 5)),
        fat=st.none() | st.integers(50, 500),
    )
    def step_on_scale(
        self,
        decagrams: int,
        again: int | None,
        twin: tuple[int, int] | None,
        fat: int | None,
    ) -> None:
        """Weigh once or twice; the other source may report it, too."""
        self.world.step_on_scale(
            decagrams / 100,
            None if fat is None else fat / 10,
            again,
            None if twin is None else (twin[0], twin[1] / 100),
        )

    @rule(begin=st.sampled_from(BEGINNINGS))
    def begin(self, begin: Callable[[World], int]) -> None:
        """Have one more, in any state."""
        begin(self.world)

    @rule(event=st.sampled_from(EVENTS), choice=ANY)
    def befall(self, event: Callable[[World, int], None], choice: int) -> None:
        """Have something happen to one of those that are there."""
        known = sorted(self.world.last)
        event(self.world, known[choice % len(known)])

    @rule(link=st.sampled_from("ab"), dice=ANY)
    def poll(self, link: str, dice: int) -> None:
        """Read any part of a source, in any order, any number of times."""
        self.world.poll(link, dice)

    @rule(
        end=st.sampled_from(ENDS),
        size=st.integers(1, 4),
        meanwhile=st.none() | st.sampled_from(MEANWHILE),
        lets_go=st.booleans(),
    )
    def push(self, end: str, size: int, meanwhile: str | None, lets_go: bool) -> None:
        """Push one batch, to any end."""
        self.world.push(end, size, meanwhile, lets_go=lets_go)

    @rule(seconds=st.sampled_from([700, HOUR, DAY]))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.world.wait(seconds)

    @rule(link=st.sampled_from("ab"))
    def remove_link(self, link: str) -> None:
        """Remove a link and add it again."""
        self.world.remove_link(link)

    @rule()
    def sync(self) -> None:
        """Sync although Garmin has all."""
        self.world.sync()

    def teardown(self) -> None:
        """What must hold in the end."""
        finish(self.world)


def test_whatever_happens() -> None:
    """The same lives each time, but for the profile `deep`: more, and others."""
    is_deep = settings.get_current_profile_name() == "deep"
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(deadline=None)
        if is_deep
        else settings(deadline=None, max_examples=50, derandomize=True),
    )
