"""The old side may be a revision of git."""

import subprocess
from pathlib import Path

import pytest
from diff_bases import limits, rule

import claimrules
from claimrules.diagnostics import ClaimRulesError
from claimrules.diff.revision import DiffError, opened

BASE = {**limits("A,1"), **rule("many", "flag: line.quantity > 3\n")}


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with rules in `audit/rules`, committed as v1 on main, then changed and not committed."""
    root = tmp_path / "repository"
    rules = root / "audit" / "rules"
    write(rules, {"many.yaml" if name == "many.yaml" else name: text for name, text in BASE.items()})
    write(rules / "sub", rule("dear", "flag: line.amount > 60\n"))
    git(tmp_path, "init", "-q", "-b", "main", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    git(root, "tag", "v1")
    write(rules, rule("many", "flag: line.quantity > 7\n"))
    monkeypatch.chdir(root)
    return root


def flag_of(path: Path) -> str:
    return (path / "many.yaml").read_text(encoding="utf-8").splitlines()[-1]


@pytest.mark.parametrize(
    ("side", "other"),
    [
        ("main:audit/rules", "audit/rules"),
        ("main:./audit/rules", "audit/rules"),
        ("v1:audit/rules/", "audit/rules"),
        ("v1", "audit/rules"),
        ("HEAD", "audit/rules"),
        ("v1", "main:audit/rules"),
    ],
)
def test_a_revision_is_read_as_it_was(repository, side, other):
    with opened(side, other) as base:
        assert flag_of(base.path) == "flag: line.quantity > 3"
        assert sorted(claimrules.load(base.path).rules) == ["dear", "many"]
        assert base.path.resolve() != repository / "audit" / "rules"
        place = base.named(claimrules.load(base.path).rules["dear"].place)
        assert str(place) == f"{side.partition(':')[0]}:audit/rules/sub/dear.yaml:1:1"
    assert not base.path.exists()


def test_a_folder_is_itself_also_where_a_branch_has_its_name(repository):
    git(repository, "branch", "audit")
    with opened("audit/rules", "x") as base:
        assert (base.path, base.name) == (Path("audit/rules"), "audit/rules")
        assert flag_of(base.path) == "flag: line.quantity > 7"


def test_from_a_folder_below(repository, monkeypatch):
    monkeypatch.chdir(repository / "audit")
    for side, other in (("v1", "rules"), ("v1:./rules", "rules"), ("v1:audit/rules", "rules"), ("v1", "HEAD")):
        with opened(side, other) as base:
            assert flag_of(base.path) == "flag: line.quantity > 3"


@pytest.mark.usefixtures("repository")
def test_a_part_of_a_base_brings_the_rest():
    with opened("v1:audit/rules/sub/dear.yaml", "audit/rules") as base:
        pack = claimrules.load(base.path)
        assert (sorted(pack.rules), sorted(pack.knowledge.tables)) == (["dear"], ["limit"])
    with opened("v1:audit/rules/sub", "audit/rules") as base:
        assert sorted(claimrules.load(base.path).rules) == ["dear"]


@pytest.mark.parametrize(
    ("side", "other", "code", "said"),
    [
        ("mian", "audit/rules", "CR902", "did you mean `main`?"),
        ("mian:audit/rules", "audit/rules", "CR902", "there is no revision `mian`"),
        (":audit/rules", "audit/rules", "CR902", "there is no revision ``"),
        ("main:rules", "audit/rules", "CR903", "`main` has no `rules`"),
        ("main:audit/rule", "audit/rules", "CR903", "did you mean `audit/rules`?"),
        ("main", "/", "CR903", "name their path: main:rules"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_what_is_not_there_is_told(side, other, code, said):
    with pytest.raises(DiffError) as raised, opened(side, other):
        pass
    [found] = raised.value.diagnostics
    assert found.code == code
    assert said in f"{found.message} ({found.help})"


def test_outside_a_repository_and_without_git(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(DiffError, match=r"CR901.*there is no git repository here"), opened("main:rules", "rules"):
        pass
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DiffError, match=r"CR901.*git is not installed"), opened("main:rules", "rules"):
        pass


def test_a_mistake_in_a_revision_is_placed_there(repository):
    write(repository / "audit" / "rules", rule("many", "flag: line.qty > 7\n"))
    git(repository, "commit", "-qam", "spoilt")
    told = pytest.raises(ClaimRulesError, match=r"HEAD:audit/rules/many.yaml:6:7: error\[CR214\]")
    with told, opened("HEAD:audit/rules", "audit/rules") as base:
        claimrules.load(base.path)
