"""From folders to a RulePack."""

import datetime as dt
import gc
import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from claimrules.catalog import Type
from claimrules.diagnostics import ClaimRulesError, Diagnostic, KnowledgeError, LanguageError
from claimrules.knowledge import (
    Exemption,
    KnowledgeSet,
    ParameterRows,
    Table,
    read_declared_columns,
    read_exemptions,
    read_parameters,
)
from claimrules.knowledge.exemptions import check_rules
from claimrules.language import Rule, Source, read_rule, read_sources
from claimrules.pack.arguments import day_of, listed
from claimrules.pack.cache import cache_folder, fetch, keep
from claimrules.pack.parameters import parameter_tables, typed_parameters
from claimrules.pack.rule_pack import RulePack
from claimrules.pack.stamp import stamp
from claimrules.plan import make_plan
from claimrules.stopwatch import timed

_Read = TypeVar("_Read")

NOT_RULES = frozenset({"sources.yaml", "parameters.yaml", "exemptions.yaml", "columns.yaml"})
WORTH_KEEPING = 0.1
"""Seconds. What loads faster is not kept: hundreds of small packs would drive out the large ones."""
KNOWLEDGE_SUFFIXES = frozenset({".csv", ".parquet", ".yaml", ".yml"})
NOT_RULE_FOLDERS = frozenset({"knowledge", "bases"})


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a folder, sorted; one file is itself."""
    if folder.is_file():
        return [folder]
    found = [p for suffix in ("*.yaml", "*.yml") for p in folder.rglob(suffix)]
    inside = [p for p in found if p.name not in NOT_RULES and not NOT_RULE_FOLDERS & set(p.relative_to(folder).parts[:-1])]
    return sorted(inside)


def load(
    rules: Path | str,
    *,
    knowledge: Path | str | Sequence[Path | str] = (),
    params: Mapping[str, str] | None = None,
    region: str | None = None,
    as_of: dt.date | str | None = None,
    cache: bool = True,
) -> RulePack:
    """Read rules and knowledge, check them and compile the plan.

    `rules`: a folder of rule files with `knowledge/` and `sources.yaml` in it, or one rule file. `knowledge`: further
    layers, later ones win table by table. `params`: parameters by name, as text. `cache`: take the pack from the user's
    cache where nothing has changed since, and keep it there (see docs/knowledge.md; no pack is ever different for it).

    Raises:
        ClaimRulesError: everything that is wrong, with places: LanguageError, KnowledgeError, PlanError.
    """
    layers = tuple(listed(knowledge))
    read = partial(load_without, frozenset(), rules, knowledge=layers, params=params, region=region, as_of=as_of)
    asked = (str(rules), [str(layer) for layer in layers], params, region, as_of)
    folder = cache_folder() if cache else None
    with _nothing_collected():
        return read() if folder is None else _kept(folder, partial(_stamp, Path(rules), layers, asked), read)


def _kept(folder: Path, key_now: Callable[[], str | None], read: Callable[[], RulePack]) -> RulePack:
    """The pack that is kept in `folder`; where there is none, what `read` gives, which is then kept."""
    key = key_now()
    kept = None if key is None else fetch(folder, key)
    if isinstance(kept, RulePack):
        return kept
    started = time.perf_counter()
    pack = read()
    slow = time.perf_counter() - started > WORTH_KEEPING
    if slow and key is not None and key == key_now():  # nothing was written while it was read
        keep(folder, key, pack)
    return pack


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """What is read stays: looking for garbage among it took two fifths of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _stamp(rules: Path, layers: Sequence[Path | str], asked: object) -> str | None:
    """What the pack depends on; None where that cannot be said, and reading will tell why."""
    try:
        root = root_of(rules)
        own = [root / "knowledge"] if (root / "knowledge").is_dir() else []
        files = [*rule_files(rules), *(path for name in sorted(NOT_RULES) if (path := root / name).exists())]
        for layer in (*own, *map(Path, layers)):
            files += sorted(path for path in layer.iterdir() if path.suffix in KNOWLEDGE_SUFFIXES and path.is_file())
        return stamp(files, (asked, str(root)))
    except OSError:
        return None


@timed("load")
def load_without(
    left_out: Collection[Path],
    rules: Path | str,
    *,
    knowledge: Path | str | Sequence[Path | str] = (),
    params: Mapping[str, str] | None = None,
    region: str | None = None,
    as_of: dt.date | str | None = None,
) -> RulePack:
    """What `load` gives where the rule files `left_out`, resolved paths, were not there."""
    folder = Path(rules)
    if not folder.exists():
        raise LanguageError(Diagnostic("CR201", f"there is no file or folder `{rules}`"))
    root = root_of(folder)
    layers = [root / "knowledge"] if (root / "knowledge").is_dir() else []
    found: list[Diagnostic] = []
    paths = [*layers, *(Path(layer) for layer in listed(knowledge))]
    tables = _tried(lambda: KnowledgeSet.read(paths), KnowledgeSet.read([]), found)
    sources: dict[str, Source] = _tried(lambda: read_sources(root / "sources.yaml"), {}, found)
    extra: dict[str, dict[str, Type]] = _tried(lambda: read_declared_columns(root / "columns.yaml"), {}, found)
    laws = sources if (root / "sources.yaml").exists() else None
    varying: dict[str, ParameterRows] = _tried(lambda: read_parameters(root / "parameters.yaml", laws), {}, found)
    exempted: tuple[Exemption, ...] = _tried(lambda: read_exemptions(root / "exemptions.yaml", laws), (), found)
    files = [path for path in rule_files(folder) if not left_out or path.resolve() not in left_out]
    if not files:
        found.append(Diagnostic("CR201", f"there is no rule file in `{rules}`", help="rule files end in .yaml"))
    broken = bool(found)
    read = _read_rules(files, tables, laws, extra, found)
    if broken:  # without its tables, nothing can be said of a rule but how it is written
        found = [d for d in found if not "CR213" <= d.code <= "CR299"]
    if not found:
        whole = folder.is_dir() and folder == root and not left_out
        found += check_rules(exempted, {rule.id: rule.kind for rule in read.values()}, whole=whole)
        given: dict[tuple[str, Type], Table] = _tried(lambda: parameter_tables(read, varying, whole=whole), {}, found)
        used = {table for rule in read.values() for table in rule.tables}
        tables = tables.known_on(day_of(as_of, "as_of")).with_known_registers(used)
        tables = tables.with_parameters(given).with_exemptions(exempted)
    if found:
        raise _of_first(found)
    values = dict(params or {})
    plan = make_plan(read.values(), tables.schemas, typed_parameters(read, values), tables.varies, tables.changes)
    digest = hashlib.sha256()
    beside = [path for name in NOT_RULES if (path := root / name).exists()]
    for path in sorted([*files, *beside], key=lambda p: p.name):  # in whatever sub-folders they lie
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return RulePack(read, tables, sources, plan, digest.hexdigest(), values, region, day_of(as_of, "as_of"), extra)


def _tried(read: Callable[[], _Read], instead: _Read, found: list[Diagnostic]) -> _Read:
    """What `read` gives; where it fails, its errors are found and `instead` stands in."""
    try:
        return read()
    except ClaimRulesError as error:
        found += error.diagnostics
        return instead


def root_of(rules: Path) -> Path:
    """The folder that holds `knowledge/`, `sources.yaml` and the like: the given one, or the nearest above a part of it."""
    start = rules if rules.is_dir() else rules.parent
    for folder in (start, *start.resolve().parents[:3]):
        if any((folder / name).exists() for name in NOT_RULES) or any((folder / "knowledge").glob("*.yaml")):
            return folder
    return start


def _read_rules(
    files: Sequence[Path],
    tables: KnowledgeSet,
    sources: Mapping[str, Source] | None,
    extra: Mapping[str, Mapping[str, Type]],
    found: list[Diagnostic],
) -> dict[str, Rule]:
    out: dict[str, Rule] = {}
    schemas, sets = tables.schemas, frozenset(tables.sets)
    for path in files:
        try:
            rule = read_rule(path, schemas, sets=sets, sources=sources, extra=extra)
        except ClaimRulesError as error:
            found += error.diagnostics
            continue
        if rule.id in out:
            message = f"the id `{rule.id}` is taken by {out[rule.id].file}"
            found.append(Diagnostic("CR210", message, rule.place, help="an id is never used twice"))
        out[rule.id] = rule
    return dict(sorted(out.items()))


def _of_first(found: list[Diagnostic]) -> ClaimRulesError:
    knowledge = all(d.code.startswith("CR3") for d in found)
    return KnowledgeError(found) if knowledge else LanguageError(found)
