"""What must be true of a ledger in the end, whatever has happened."""

from custom_components.weighbridge.ledger import Ledger, State
from custom_components.weighbridge.model import WeighIn

from .weighings import DAY, AtGarmin
from .world import World


def finish(world: World) -> None:
    """At the end, with all read and the network good, everything is there once."""
    for link in world.sources:
        world.poll(link)
    for _ in range(6):
        for item in world.ledger.items(State.FAILED):
            world.do(Ledger.release, item.record.second)
        world.wait(DAY)
        world.push()
    world.is_doubled = False
    world.check()
    world.restart()
    assert world.ledger.pending() == []
    assert world.ledger.due() is None
    there = {at.second: at for at in world.garmin}
    for record in world.sources["a"].values():
        check_one(world, record, there)
    for second in (*world.sources["a"], *world.sources["b"]):
        assert any(abs(second - at) <= 60 for at in (*there, *world.left_out))
    for second in world.deleted:
        assert second not in there
    # And nothing else is.
    assert there.keys() <= (
        world.sources["a"].keys()
        | world.sources["b"].keys()
        | world.foreign
        | world.kept
    )


def check_one(world: World, record: WeighIn, there: dict[int, AtGarmin]) -> None:
    """A weighing is at Garmin once, and as its source has it."""
    second = record.second
    near = [
        other
        for other in world.sources["b"]
        if abs(other - second) < 60 and other != second
    ]
    # After a lost ledger, what a person has kept at Garmin may answer for its neighbour.
    theirs = world.foreign | world.by_hand | world.left_out
    theirs = theirs | (world.kept & world.unsettled)
    if any(abs(second - other) <= 60 for other in theirs):
        return
    if record.relayed:
        assert sum(abs(second - at) <= 60 for at in there) == 1
    elif near:
        assert (second in there) + (near[0] in there) == 1
    elif (twin := world.sources["b"].get(second)) is not None:
        assert there[second].weight in (record.weight, twin.weight)
    elif second in world.unsettled:
        assert second in there
    else:
        assert there[second].weight == record.weight
        assert there[second].body_fat == record.body_fat
