"""A minute's share of `make fuzz`: some worlds for every pack, every opinion on every verdict."""

from datetime import timedelta

import pytest
from fuzz_opinions import engine, interpreter
from fuzz_packs import Packs, made_up_rows
from fuzz_round import SMALL, Tally, play
from fuzz_shrink import shrink

from claimrules.testing import Size
from claimrules.testing.choice import Seeded
from claimrules.testing.making import make_world

TURNS = 5
"""The standing packs, and a made-up one."""
MIDDLE = Size(people=8, claims=25, lines=70, diagnoses=20, operations=8, sure=True)


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    return Packs(tmp_path_factory.mktemp("packs"))


@pytest.mark.parametrize("turn", range(TURNS))
def test_all_say_the_same_of_small_worlds(packs, turn):
    tally = Tally()
    for round_ in range(2):
        seed = f"quick/{turn}/{round_}"
        play(packs.turn(turn, seed), seed, tally, None, SMALL)
    assert not sum(tally.different.values()), tally.files
    assert tally.verdicts["interpreter"] > 20


@pytest.mark.parametrize("turn", range(TURNS))
def test_all_say_the_same_of_a_larger_world(packs, turn):
    tally, seed = Tally(), f"larger/{turn}"
    play(packs.turn(turn, seed), seed, tally, None, MIDDLE)
    assert not sum(tally.different.values()), tally.files
    assert tally.applicable > 10


def test_a_planted_difference_is_found_and_shrunk_to_its_cause(packs):
    """The interpreter is shown each charge a day later, and the rule holds for two days: of a world one line is left."""
    pack, rule_id = packs.oracle.pack, "dated"
    world = make_world(Seeded("planted"), Size(holes=0, sure=True))
    rows = made_up_rows(Seeded("planted"), pack)

    def fails(some, _):
        theirs = interpreter(pack, some.with_rows("lines", tuple(_later(row) for row in some.lines)), [rule_id])
        return engine(pack, some.batch(), [rule_id])[rule_id].verdicts != theirs[rule_id]

    assert fails(world, rows)
    small, known = shrink(world, rows, fails)
    assert (len(small.claims), len(small.lines), len(small.diagnoses), sum(map(len, known.values()))) == (1, 1, 0, 0)


def _later(row):
    return {**row, "charged_at": row.get("charged_at") and row["charged_at"] + timedelta(days=1)}
