"""A rule base as it was at a revision of git, in a folder of its own for as long as it is needed.

Nothing of the repository is touched: no checkout, no worktree. What is read is what `git archive` gives of the tree.
"""

import io
import posixpath
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from claimrules.diagnostics import ClaimRulesError, Diagnostic, Place, suggest
from claimrules.pack.load import NOT_RULES

_ABOVE = 3
"""So many folders above a part of a rule base are looked into for the rest of it, as in loading."""
_USUAL = "rules"


class DiffError(ClaimRulesError):
    """CR9xx: a side of a comparison that cannot be found."""


@dataclass(frozen=True, slots=True)
class Base:
    """One side of a comparison. `path`: where it is read from; `name`: what it is called; `root`: what `name` stands for."""

    path: Path
    name: str
    root: Path | None = None

    def named(self, place: Place | None) -> Place | None:
        """A place in it as people call it: `main:rules/medical/drug_sex.yaml:31`."""
        if place is None or self.root is None or not Path(place.file).is_relative_to(self.root):
            return place
        return replace(place, file=f"{self.name}{Path(place.file).relative_to(self.root).as_posix()}")


@contextmanager
def opened(side: str, other: str, here: Path | None = None) -> Iterator[Base]:
    """A side of a comparison: a folder or file; else `REV:path` or `REV`, which is the path of the other side at REV.

    A path with `./` or `../` before it goes from the current folder (`here`), any other from the top of the repository, as
    in git. What is written as an error's place within a revision is called by the revision.

    Raises:
        DiffError: CR901 neither a path nor, for want of git or of a repository, a revision; CR902 there is no such revision;
            CR903 it has no such path.
    """
    if Path(side).exists():
        yield Base(Path(side), side)
        return
    git = _Git(here or Path(), side)
    revision, path = git.tree(other)
    root = git.root(revision, path)
    with tempfile.TemporaryDirectory(prefix="claimrules-") as temporary:
        folder = Path(temporary, *("base",) * _ABOVE)  # so deep that loading never looks beyond it
        folder.mkdir(parents=True)
        git.extract(revision, root, folder)
        name = f"{side.partition(':')[0]}:{root}/" if root else f"{side.partition(':')[0]}:"
        inside = posixpath.relpath(path or ".", root or ".")
        base = Base(folder / inside, name, folder)
        try:
            yield base
        except ClaimRulesError as error:
            raise type(error)([replace(one, place=base.named(one.place)) for one in error.diagnostics]) from None


@dataclass(frozen=True, slots=True)
class _Git:
    """What is asked of git. `side`: what the user wrote."""

    here: Path
    side: str

    def tree(self, other: str) -> tuple[str, str]:
        """The commit, and the path in it."""
        name, colon, path = self.side.partition(":")
        self._refuse_outside()
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if found is None or not name:
            raise self._unknown(name)
        # rev-parse of some versions repeats the option itself
        commit = found.split()[-1].decode()
        return commit, self._from_top(path) if colon else self._of_other(other)

    def _from_top(self, path: str) -> str:
        if path in (".", "..") or path.startswith(("./", "../")):
            prefix = (self._run("rev-parse", "--show-prefix") or b"").decode().strip()
            path = posixpath.join(prefix, path)
        path = posixpath.normpath(path or ".")
        return "" if path == "." else path.strip("/")

    def _of_other(self, other: str) -> str:
        """A revision alone: the path that the other side has in this repository."""
        if not Path(self.here, other).exists():
            return self._from_top(other.partition(":")[2] if ":" in other else f"./{_USUAL}")
        top = self._top.resolve()
        path = Path(self.here, other).resolve()
        if not path.is_relative_to(top):
            message = f"`{other}` is not in the repository {top}, so that `{self.side}` alone names no rules"
            raise DiffError(Diagnostic("CR903", message, help=f"name their path: {self.side}:rules"))
        inside = path.relative_to(top).as_posix()
        return "" if inside == "." else inside

    def root(self, commit: str, path: str) -> str:
        """The rule base that a path is in: itself, or the nearest above with tables, sources or the like; as in loading."""
        kind = self._kind(commit, path)
        if kind is None:
            raise self._no_path(commit, path)
        start = path if kind == b"tree" else posixpath.dirname(path)
        above = [p.as_posix() for p in PurePosixPath(start).parents] if start else []
        for folder in (start, *("" if one == "." else one for one in above[:_ABOVE])):
            names = set(
                (self._run("ls-tree", "--full-tree", "--name-only", f"{commit}:{folder}") or b"").decode().split("\n")
            )
            if names & {*NOT_RULES, "knowledge"}:
                return folder
        return start

    def extract(self, commit: str, root: str, into: Path) -> None:
        """The folder of the rule base, as files."""
        packed = replace(self, here=self._top)._run("archive", "--format=tar", f"{commit}:{root}")
        if packed is None:
            raise self._no_path(commit, root)
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(into, filter="data")

    @property
    def _top(self) -> Path:
        """The folder that the repository's paths go from; in a bare one there is no other than the current."""
        found = (self._run("rev-parse", "--show-toplevel") or b"").decode().strip()
        return Path(found) if found else self.here

    def _kind(self, commit: str, path: str) -> bytes | None:
        found = self._run("cat-file", "-t", f"{commit}:{path}")
        return None if found is None else found.strip()

    def _refuse_outside(self) -> None:
        what = f"`{self.side}` is no file or folder"
        try:
            inside = self._run("rev-parse", "--git-dir")
        except FileNotFoundError:
            message = f"{what}, and git is not installed to look for a revision of that name"
            raise DiffError(Diagnostic("CR901", message, help="name a folder of rules")) from None
        if inside is None:
            message = f"{what}, and there is no git repository here to look for a revision of that name"
            advice = "name a folder of rules, or run it inside the repository"
            raise DiffError(Diagnostic("CR901", message, help=advice))

    def _unknown(self, name: str) -> DiffError:
        known = (self._run("for-each-ref", "--format=%(refname:short)") or b"").decode().split()
        near = suggest(name, known)
        advice = f"did you mean `{near}`?" if near else "`git branch -a` and `git tag` list them; fetch what is elsewhere"
        what = f"there is no folder `{self.side}`, and no revision `{name}`" if ":" not in self.side else ""
        return DiffError(Diagnostic("CR902", what or f"there is no revision `{name}`", help=advice))

    def _no_path(self, commit: str, path: str) -> DiffError:
        names = (self._run("ls-tree", "--full-tree", "-d", "-r", "--name-only", commit) or b"").decode().split("\n")
        near = suggest(path, names)
        advice = f"did you mean `{near}`?" if near else "the path goes from the top of the repository; `./` from here"
        message = f"`{self.side.partition(':')[0]}` has no `{path}`"
        return DiffError(Diagnostic("CR903", message, help=advice))

    def _run(self, *arguments: str) -> bytes | None:
        """What git prints; None where it fails."""
        command = ["git", "-C", str(self.here), *arguments]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - arguments, and never a shell
        return done.stdout if done.returncode == 0 else None
