"""For those who test rules in code: claims to hand, assertions, and hypothesis strategies.

Takes rule packs and table schemas. Gives claims, worlds, knowledge rows and rule texts. Never touches a batch of its users;
imports hypothesis (the extra `testing`) only when a strategy is asked for.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from claimrules.catalog import TableSchema
from claimrules.diagnostics import ClaimRulesError, Diagnostic
from claimrules.testing.asserts import assert_clean, assert_flagged, assert_undecided
from claimrules.testing.builders import claim, diagnosis, line, operation
from claimrules.testing.making import Size
from claimrules.testing.world import World

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from claimrules.models import Claim

__all__ = [
    "Size",
    "World",
    "assert_clean",
    "assert_flagged",
    "assert_undecided",
    "claim",
    "claims",
    "diagnosis",
    "knowledge",
    "line",
    "operation",
    "rules",
    "worlds",
]


def worlds(size: Size | None = None) -> "SearchStrategy[World]":
    """Worlds: claims that share people, stays, codes and moments, with their lines, diagnoses and operations.

    Biased to edges: NULLs and absent columns, sentinels, ties in time, feeds without clock times, refunds of other claims,
    reversed claims, stays settled in parts, quantities and money at the rounding edge, chains of prefixes. `size`: at most
    so much of everything; 0 lines are possible, and one claim is the least.

    Raises:
        ClaimRulesError: CR711, hypothesis is not installed.
    """
    found: SearchStrategy[World] = _strategies().worlds(size or Size())
    return found


def claims(size: Size | None = None) -> "SearchStrategy[list[Claim]]":
    """The claims of such worlds as models, as `pack.check` takes them."""
    found: SearchStrategy[list[Claim]] = _strategies().claims(size or Size())
    return found


def knowledge(
    schema: TableSchema, *, most: int = 6, many: bool = False, gaps: bool = True
) -> "SearchStrategy[list[dict[str, str]]]":
    """Rows of one table as texts by column, as `pack.with_knowledge` takes them.

    Dated (with the bounds on days on which claims lie), regional, with empty key cells that fit all. `many`: several rows of
    one key may hold at once. `gaps`: a version may end before the next one begins.

    Raises:
        ClaimRulesError: CR711, hypothesis is not installed.
    """
    found: SearchStrategy[list[dict[str, str]]] = _strategies().knowledge(schema, most, many, gaps)
    return found


def rules(
    tables: Mapping[str, TableSchema] | None = None,
    *,
    sets: frozenset[str] = frozenset({"most"}),
    name: str = "made_up",
) -> "SearchStrategy[str]":
    """The YAML texts of rules that pass the checker. `tables`: what `match` may look into; `sets`: names of code sets.

    Raises:
        ClaimRulesError: CR711, hypothesis is not installed.
    """
    found: SearchStrategy[str] = _strategies().rules(tables or {}, sets, name)
    return found


def _strategies() -> Any:
    try:
        from claimrules.testing import strategies  # noqa: PLC0415 - hypothesis is an extra
    except ImportError as error:
        if (error.name or "").split(".")[0] != "hypothesis":
            raise
        advice = "pip install 'claimrules[testing]'"
        raise ClaimRulesError(Diagnostic("CR711", "the strategies need hypothesis", help=advice)) from error
    return strategies
