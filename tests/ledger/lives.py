"""Every state of a measurement, and all that may befall it there.

A life is a way into a state and one event; it ends as all lives must. Together they
reach all of the table of transitions, however the dice of the machine fall.
"""

from collections.abc import Callable
from functools import partial

from custom_components.weighbridge.ledger import State

from .weighings import DAY, HOUR
from .world import ENDS, MEANWHILE, World

# Each brings one weigh-in into a state, and returns its second.


def waiting(world: World, twin: int | None = None) -> int:
    """It has been told, and nothing has been done."""
    return world.weigh(fat=20.0, twin=twin)


def uploaded(world: World, end: str, twin: int | None = None) -> int:
    """It has been sent once."""
    second = waiting(world, twin)
    world.push(end)
    return second


def sought(world: World, twin: int | None = None) -> int:
    """It was accepted, and is not shown."""
    second = uploaded(world, "accepted, never shown", twin)
    world.wait(HOUR)
    world.push()
    return second


def never_shown(world: World, looks: int = 4) -> int:
    """It was accepted twice, and is not shown."""
    second = uploaded(world, "accepted, never shown")
    for _ in range(looks):
        world.wait(DAY)
        world.push("accepted, never shown")
    return second


def refused_later(world: World) -> int:
    """It was lost, and is refused when it is sent once more."""
    second = uploaded(world, "upload lost")
    world.wait()
    world.push("refused alone")
    return second


def parked(world: World, last: str, twin: int | None = None) -> int:
    """It alone is in the way while others go up."""
    second = waiting(world, twin)
    for nth, end in enumerate(("upload lost",) * 4 + (last,)):
        if nth == 2:
            world.push(only={world.weigh()})
        world.push(end, only={second})
        world.wait(HOUR)
    return second


def pushed(world: World) -> int:
    """It is at Garmin, and came from us."""
    second = uploaded(world, "accepted")
    world.wait(HOUR)
    world.push()
    return second


def found(world: World, later: int = 0, twin: int | None = None) -> int:
    """It is at Garmin, and came from elsewhere."""
    second = waiting(world, twin)
    world.someone_else_pushes(second, later)
    world.push()
    return second


def edited(world: World) -> int:
    """It is at Garmin, and its source has other values now."""
    second = pushed(world)
    world.edit(second)
    world.poll()
    return second


def replaced(world: World, end: str = "accepted, never shown", size: int = 9) -> int:
    """Garmin has let the older version go."""
    second = edited(world)
    world.push(end, size)
    return second


def replaced_and_sought(world: World) -> int:
    """Garmin has let the older version go, and does not show the newer one."""
    second = replaced(world)
    world.wait(HOUR)
    world.push()
    return second


def doubled(world: World, end: str = "accepted", looks: int = 0) -> int:
    """Garmin did not show the older version when the newer one went up."""
    second = edited(world)
    world.push(end, sees=False)
    for _ in range(looks):
        world.wait(HOUR)
        world.push(sees=False)
    return second


def hindered(world: World, times: int, *, for_good: bool = False) -> int:
    """Garmin does not let the older version go."""
    second = edited(world)
    for _ in range(times):
        world.push(lets_go=False, for_good=for_good)
        world.wait(DAY)
    return second


def leaving(world: World, end: str | None = None, times: int = 0) -> int:
    """Its source has deleted it, and Garmin is to."""
    second = pushed(world) if end is None else uploaded(world, end)
    world.delete(second)
    for _ in range(times):
        world.push(lets_go=False)
        world.wait(DAY)
    return second


def withdrawn(world: World) -> int:
    """Its source has deleted it, and so has Garmin."""
    second = leaving(world)
    world.push()
    return second


def kept(world: World, end: str | None = None) -> int:
    """Its source has deleted it, and a person leaves it at Garmin."""
    second = waiting(world) if end is None else uploaded(world, end)
    world.keep(second)
    return second


def left_out(world: World) -> int:
    """A person does not want it at Garmin."""
    second = waiting(world)
    world.push("refused alone", only={second})
    world.leave_out(second)
    return second


def of_a_lost_ledger(
    world: World, end: str | None = None, twin: int | None = None, first: str = "a"
) -> int:
    """The ledger was lost, and its source tells of it anew."""
    second = waiting(world, twin) if end is None else uploaded(world, end, twin)
    world.lose_ledger(first)
    return second


BEGINNINGS: tuple[Callable[[World], int], ...] = (
    waiting,
    *(partial(uploaded, end=end) for end in ENDS),
    sought,
    *(partial(never_shown, looks=looks) for looks in (1, 2, 3, 4)),
    refused_later,
    partial(parked, last="upload lost"),
    partial(parked, last="answer lost"),
    pushed,
    found,
    partial(found, later=20),
    edited,
    replaced,
    partial(replaced, end="accepted"),
    partial(replaced, end="refused alone"),
    partial(replaced, size=0),
    replaced_and_sought,
    partial(hindered, times=1),
    partial(hindered, times=2),
    partial(hindered, times=8),
    partial(hindered, times=1, for_good=True),
    leaving,
    partial(leaving, end="accepted, shown later"),
    partial(leaving, end="answer lost"),
    partial(leaving, times=1),
    withdrawn,
    kept,
    partial(kept, end="accepted"),
    partial(kept, end="accepted, shown later"),
    left_out,
    of_a_lost_ledger,
    partial(of_a_lost_ledger, end="accepted"),
    # Its source tells of it twice.
    partial(World.weigh, relayed=20),
    # Two sources tell of it.
    partial(waiting, twin=20),
    partial(uploaded, end="accepted, shown later", twin=20),
    partial(uploaded, end="upload lost", twin=20),
    partial(uploaded, end="refused alone", twin=20),
    partial(sought, twin=20),
    partial(parked, last="answer lost", twin=20),
    partial(found, twin=20),
    partial(of_a_lost_ledger, end="accepted", twin=20, first="b"),
)

# While Garmin shows less than it holds, something may be there twice.
DOUBLES: tuple[Callable[[World], int], ...] = (
    doubled,
    partial(doubled, end="accepted, never shown"),
    partial(doubled, looks=1),
)

# Each befalls one weigh-in, where it can.


def is_edited(world: World, second: int) -> None:
    """Its source has other values."""
    if second in world.single():
        world.edit(second)
    world.poll()


def is_deleted(world: World, second: int) -> None:
    """Its source has it no more, and Garmin shall not have it."""
    if second in world.single():
        world.delete(second)


def is_kept(world: World, second: int) -> None:
    """Its source has it no more, and a person leaves it at Garmin."""
    told = second in (*world.single(), *world.deleted)
    if told and world.may_be_kept(second) and not world.is_doubled:
        world.keep(second)


def is_shown_again(world: World, second: int, kg: float) -> None:
    """Its source has it again, at once."""
    if second in world.deleted | world.kept:
        world.show_again(second, kg)


def is_pushed_by_hand(world: World, second: int, *, gone: bool = False) -> None:
    """A person pushes it, with another weight; Garmin may have let it go already."""
    if gone and second in world.deleted:
        world.garmin = [at for at in world.garmin if at.second != second]
    world.push_by_hand(second, 79.0)


def is_decided(world: World, second: int, *, push: bool) -> None:
    """A person says what is to become of what is refused."""
    if second in {i.record.second for i in world.ledger.items(State.FAILED)}:
        (world.try_again if push else world.leave_out)(second)


def loses_its_link(world: World, second: int) -> None:
    """The link that has brought it is removed."""
    world.remove_link("a")


def has_another_link(world: World, second: int, *, wanted: bool) -> None:
    """The link that has brought it is changed, and wants less or nothing of it."""
    world.change_link(None if wanted else second, muscle_mass=False)


def is_lost_at_garmin(world: World, second: int, wait: int = 0) -> None:
    """Somebody deletes it at Garmin, or it has never arrived, and a sync sees that."""
    world.wait(wait)
    world.lose_at_garmin(second)


def loses_its_source(world: World, second: int) -> None:
    """Only the other source has it, and Garmin has it no more."""
    if any(abs(second - other) < 60 for other in world.sources["b"]):
        world.sources["a"].pop(second, None)
        world.lose_at_garmin(second)
        world.foreign.add(second)


def is_told_by_one_alone(world: World, second: int) -> None:
    """The other source has it no more, and is read again later."""
    world.tell_no_more()


def is_brought_by_others(
    world: World, second: int, later: int = 0, kg: float = 0.0
) -> None:
    """Another app brings it to Garmin, or a twin of it, or something else."""
    if second in world.sources["a"]:
        world.someone_else_pushes(second, later, kg)
    world.wait(HOUR)
    world.push()


def is_looked_for(world: World, second: int, wait: int = HOUR) -> None:
    """Garmin is read, and nothing is sent."""
    world.wait(wait)
    world.push(size=0)


def is_hindered(world: World, second: int, *, for_good: bool) -> None:
    """Garmin lets nothing go, two times."""
    for _ in range(2):
        world.wait(DAY)
        world.push(lets_go=False, for_good=for_good)


def is_sent(world: World, second: int, end: str, meanwhile: str | None = None) -> None:
    """It is sent, with any end."""
    world.wait(DAY)
    world.push(end, meanwhile=meanwhile)


def is_outrun(world: World, second: int) -> None:
    """Another one goes up before it."""
    other = world.weigh()
    world.push(only={other})


def is_shown_as_it_was(world: World, second: int) -> None:
    """Garmin shows for a while what it has let go."""
    for _ in range(2):
        world.look_behind_the_times()
        world.wait()


def outlives_its_ledger(world: World, second: int, first: str) -> None:
    """The ledger is lost."""
    if not world.is_doubled:
        world.lose_ledger(first)


def outlives_a_restart(world: World, second: int) -> None:
    """Home Assistant is started anew, and its clock was ahead."""
    world.restart()
    world.set_clock_back()


EVENTS: tuple[Callable[[World, int], None], ...] = (
    is_edited,
    is_deleted,
    is_kept,
    partial(is_shown_again, kg=77.0),
    partial(is_shown_again, kg=80.0),
    is_pushed_by_hand,
    partial(is_pushed_by_hand, gone=True),
    partial(is_decided, push=True),
    partial(is_decided, push=False),
    loses_its_link,
    is_told_by_one_alone,
    partial(has_another_link, wanted=True),
    partial(has_another_link, wanted=False),
    is_lost_at_garmin,
    partial(is_lost_at_garmin, wait=700),
    loses_its_source,
    is_brought_by_others,
    partial(is_brought_by_others, later=1),
    partial(is_brought_by_others, kg=2.0),
    is_looked_for,
    partial(is_looked_for, wait=DAY),
    partial(is_hindered, for_good=True),
    partial(is_hindered, for_good=False),
    *(partial(is_sent, end=end) for end in ENDS),
    *(
        partial(is_sent, end=end, meanwhile=meanwhile)
        for end in ("accepted, shown later", "upload lost", "refused")
        for meanwhile in MEANWHILE
    ),
    is_outrun,
    is_shown_as_it_was,
    partial(outlives_its_ledger, first="a"),
    partial(outlives_its_ledger, first="b"),
    outlives_a_restart,
)
