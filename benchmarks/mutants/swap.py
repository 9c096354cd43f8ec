"""Puts a mutated module in the place of the one on disk, without writing to disk: in a forked child, for its life."""

import gc
import importlib.abc
import importlib.machinery
import sys
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

_RUNS_AT_ONCE = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


class MutatedImport(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the given code."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self._name, self._path, self._code = name, path, code

    def find_spec(self, fullname: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        """Answer for the one module alone."""
        if fullname != self._name:
            return None
        places = [str(self._path.parent)] if self._path.stem == "__init__" else None
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=str(self._path), is_package=places is not None)
        spec.submodule_search_locations = places
        spec.has_location = True
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Run the code."""
        exec(self._code, module.__dict__)  # noqa: S102 - it is what importing does

    def install(self) -> None:
        """Go before all other finders."""
        sys.meta_path.insert(0, self)


def changed_functions(original: CodeType, mutated: CodeType) -> list[tuple[CodeType, CodeType]] | None:
    """The functions that differ, before and after; None where what an import runs itself differs."""
    if _own(original) != _own(mutated):
        return None
    out: list[tuple[CodeType, CodeType]] = []
    for old, new in zip(_inner(original), _inner(mutated), strict=True):
        if old == new:
            continue
        if old.co_flags & 1 and old.co_name not in _RUNS_AT_ONCE:
            out.append((old, new))
            continue
        inside = None if old.co_name in _RUNS_AT_ONCE else changed_functions(old, new)
        if inside is None:
            return None
        out += inside
    return out


def _own(code: CodeType) -> tuple[object, ...]:
    consts = tuple(repr(c) if not isinstance(c, CodeType) else (c.co_qualname, c.co_flags) for c in code.co_consts)
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, consts


def _inner(code: CodeType) -> list[CodeType]:
    return [c for c in code.co_consts if isinstance(c, CodeType)]


def swap_code(path: Path, pairs: list[tuple[CodeType, CodeType]]) -> bool:
    """Give the living functions of a module their mutated code, forget all that was cached; False where that cannot be."""
    found = [o for o in gc.get_objects() if isinstance(o, FunctionType) and o.__code__.co_filename == str(path)]
    for old, new in pairs:
        living = [function for function in found if function.__code__ == old]
        if not living or len(old.co_freevars) != len(new.co_freevars):
            return False
        for function in living:
            function.__code__ = new
    for cache in [o for o in gc.get_objects() if isinstance(o, _lru_cache_wrapper)]:
        if (cache.__module__ or "").startswith("claimrules"):
            cache.cache_clear()
    return True
