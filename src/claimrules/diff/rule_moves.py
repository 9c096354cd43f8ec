"""What moved in the file of one rule, and the rule with some of it put back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from claimrules.diagnostics import ClaimRulesError, MappingNode
from claimrules.diff.clauses import Path, differing, file_of, mixed_text, place, shown
from claimrules.diff.move import Move
from claimrules.language import Rule, logic_hash

Read = Callable[[Rule, str], Rule]
"""Reads the text of a rule in the place of a rule that there is."""

WHOLE: Path = ()


@dataclass(frozen=True)
class RuleMoves:
    """A rule on both sides (None: not there), and what moved in it, by the clause's path."""

    old: Rule | None
    new: Rule | None
    old_file: MappingNode | None = None
    new_file: MappingNode | None = None
    paths: Mapping[Move, Path] = field(default_factory=dict)

    def mixed(self, base: str, moves: frozenset[Move], read: Read) -> Rule | None:
        """The rule of the side `base` with these moves as on the other side; None where it then is not there.

        Raises:
            LanguageError: the clauses make no rule together.
        """
        own, other = (self.new, self.old) if base == "new" else (self.old, self.new)
        files = (self.new_file, self.old_file) if base == "new" else (self.old_file, self.new_file)
        put = frozenset(self.paths[move] for move in moves if move in self.paths)
        if WHOLE in put:
            return other
        if own is None or files[0] is None:
            return own
        if not put or files[1] is None:
            return own
        return read(own, mixed_text(files[0], files[1], put))


def rule_moves(old: Rule | None, new: Rule | None, read: Read) -> RuleMoves:
    """What moved between two versions of a rule. `read`: for rules of the new side."""
    if old is None or new is None:
        return RuleMoves(old, new, paths={_came_or_went(old, new): WHOLE})
    bare = RuleMoves(old, new)
    if logic_hash(old) == logic_hash(new) and old.status == new.status:
        return bare
    old_file, new_file = file_of(old), file_of(new)
    if old_file is None or new_file is None:
        move = Move("rule", new.id, "the rule", f"version {old.version}", f"version {new.version}", old.place, new.place)
        return RuleMoves(old, new, paths={move: WHOLE})
    files = RuleMoves(old, new, old_file, new_file)
    paths = list(differing(old_file, new_file))
    counted = [path for path in paths if _counts(path, files, read)] or paths
    return RuleMoves(old, new, old_file, new_file, {_clause(files, path): path for path in counted})


def _came_or_went(old: Rule | None, new: Rule | None) -> Move:
    one = new or old
    assert one is not None  # noqa: S101 - it is on one side at least
    if old is None:
        return Move("rule", one.id, "new rule", "", f"version {one.version}, {one.status}", None, one.place)
    return Move("rule", one.id, "rule removed", f"version {one.version}, {one.status}", "", one.place, None)


def _counts(path: Path, files: RuleMoves, read: Read) -> bool:
    """Whether a clause decides something: putting it back changes the logic, or makes no rule at all."""
    new = files.new
    if path == ("status",) or new is None or files.new_file is None or files.old_file is None:
        return True
    try:
        back = read(new, mixed_text(files.new_file, files.old_file, frozenset({path})))
    except ClaimRulesError:
        return True
    return logic_hash(back) != logic_hash(new)


def _clause(files: RuleMoves, path: Path) -> Move:
    assert files.old is not None  # noqa: S101 - a clause is one of two versions
    assert files.new is not None  # noqa: S101
    texts = shown(files.old_file, path), shown(files.new_file, path)
    places = place(files.old, files.old_file, path), place(files.new, files.new_file, path)
    return Move("clause", files.new.id, ".".join(path), *texts, *places)
