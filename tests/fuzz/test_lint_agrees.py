"""What the lint says of made-up rules, the engine confirms: what can never hold flags nothing, what masks flags it all."""

import re

import pytest
from fuzz_opinions import engine
from fuzz_packs import Packs, made_up_rows

from claimrules.lint import lint_rules
from claimrules.testing import Size
from claimrules.testing.choice import Seeded
from claimrules.testing.making import make_world

WORLD = Size(people=8, claims=25, lines=70, diagnoses=20, operations=8, sure=True)


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    return Packs(tmp_path_factory.mktemp("packs"))


def contradicted(packs, seed, worlds=2):
    """What the lint said of a pack of made-up rules, and what of it the engine contradicts."""
    named = packs.made_up(seed)
    found = lint_rules(named.pack)
    wrong = []
    for number in range(worlds):
        choice = Seeded(f"{seed}/{number}")
        world = make_world(choice, WORLD)
        pack = named.pack.with_knowledge(made_up_rows(choice, named.pack))
        said = engine(pack, world.batch(), list(pack.rules))
        flagged = {
            rule: {(row[1], row[2]) for row in one.verdicts if row[3] == "flagged" and row[4]} for rule, one in said.items()
        }
        for one in found:
            rule = re.search(r"(made_up_\d+)\.yaml", one.place.file)
            if one.code == "CR231" and re.match("`(rows|flag|flag_rows)` can never hold", one.message):
                wrong += [one] if flagged[rule[1]] else []
            if one.code == "CR233":
                wide, narrow = re.findall(r"`(made_up_\d+)`", one.message)
                wrong += [one] if not flagged[narrow] <= flagged[wide] else []
    return found, wrong


@pytest.mark.parametrize("seed", range(3))
def test_the_engine_confirms_what_the_lint_says(packs, seed):
    _, wrong = contradicted(packs, f"lint/{seed}")
    assert wrong == []
