"""A pack from the cache is the pack that its files say, or it is not taken from there."""

import importlib
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

import claimrules
from claimrules.diagnostics import ClaimRulesError
from claimrules.pack import cache
from claimrules.pack.sound import load_sound

LOAD = importlib.import_module("claimrules.pack.load")
LIBRARY = Path(__file__).parents[2] / "rules"
RULE = """\
id: {id}
title: {{zh: 上限, en: limit}}
category: policy
verdict: violation
severity: low
status: active
of: line
params: {{factor: {{default: 1}}}}
match: {{m: {{table: limit, key: {{code: line.item_code}}}}}}
flag: line.quantity > m.most * param.factor
amount: full_line
message: {{zh: 超过, en: above}}
examples:
  - name: two of one are flagged
    given: visit
    lines: {{l1: {{item_code: A, quantity: 2}}}}
    knowledge: {{limit: [{{code: A, most: 1}}]}}
    expect: {{flagged: [l1]}}
"""
PACK = {
    "one.yaml": RULE.format(id="one"),
    "part/two.yaml": RULE.format(id="two"),
    "knowledge/limit.csv": "code,most,valid_from\nA,1,2020-01-01\nB,2,\n",
    "knowledge/limit.yaml": "columns: {code: text, most: integer}\nkey: [code]\nsource: {title: made up}\n",
    "sources.yaml": "law:\n  title: {zh: 法, en: law}\n",
    "README.md": "not read",
}
CLAIM = {
    "claim_id": "K1",
    "person_id": "P1",
    "provider_id": "H1",
    "settled_at": "2024-05-01T00:00:00",
    "lines": [{"line_id": "1", "item_code": "A", "quantity": 2, "amount": 2, "charged_at": "2024-05-01T09:00:00"}],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The cache's folder, which is not there yet. Packs are kept however fast they load."""
    monkeypatch.setenv(cache.FOLDER, str(tmp_path / "cache"))
    monkeypatch.delenv(cache.OFF, raising=False)
    monkeypatch.setattr(LOAD, "WORTH_KEEPING", -1.0)
    return tmp_path / "cache"


@pytest.fixture
def pack(written, folder):  # noqa: ARG001 - every test of a pack has a cache of its own
    return written(PACK)


@pytest.fixture
def reads(monkeypatch):
    """How often files have been read since this was asked last."""
    count = [0]
    real = LOAD.load_without

    def counted(*args, **kwargs):
        count[0] += 1
        return real(*args, **kwargs)

    def asked():
        now, count[0] = count[0], 0
        return now

    monkeypatch.setattr(LOAD, "load_without", counted)
    return asked


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def test_unchanged_files_are_read_once(pack, reads):
    claimrules.load(pack)
    assert reads() == 1
    claimrules.load(pack)
    assert load_sound(pack).pack is not None
    assert reads() == 0


def test_the_library_from_the_cache_is_the_library(folder):
    cold, warm = claimrules.load(LIBRARY), claimrules.load(LIBRARY)
    assert len(entries(folder)) == 1
    assert warm.fingerprint == cold.fingerprint
    assert warm.knowledge.fingerprint == cold.knowledge.fingerprint
    assert warm.warnings == cold.warnings
    assert warm.plan == cold.plan
    assert dict(warm.rules) == dict(cold.rules)  # with the places of every case
    assert {n: t.rows.equals(cold.knowledge.tables[n].rows) for n, t in warm.knowledge.tables.items()} == dict.fromkeys(
        cold.knowledge.tables, True
    )
    assert warm.knowledge.sets == cold.knowledge.sets


def test_a_pack_from_the_cache_judges_alike(pack):
    cold, warm = claimrules.load(pack), claimrules.load(pack)
    assert [f.rule_id for f in cold.check(CLAIM).findings] == ["one", "two"]
    assert warm.check(CLAIM) == cold.check(CLAIM)
    assert warm.rules["one"].examples == cold.rules["one"].examples
    assert pickle.loads(pickle.dumps(warm)).check(CLAIM) == cold.check(CLAIM)  # noqa: S301 - our own


CHANGES = {
    "a row": ("knowledge/limit.csv", PACK["knowledge/limit.csv"] + "C,3,\n"),
    "a value of the same length": ("knowledge/limit.csv", PACK["knowledge/limit.csv"].replace("A,1", "A,5")),
    "a declaration": ("knowledge/limit.yaml", PACK["knowledge/limit.yaml"] + "gaps: allowed\n"),
    "a table more": ("knowledge/other.yaml", "columns: {code: text}\nkey: [code]\nregister: true\n"),
    "a rule": ("one.yaml", PACK["one.yaml"].replace("violation", "suspicious")),
    "a case": ("one.yaml", PACK["one.yaml"].replace("two of one", "a pair")),
    "a comment": ("one.yaml", PACK["one.yaml"] + "# that is all\n"),
    "a rule more": ("three.yml", RULE.format(id="three")),
    "a rule fewer": ("part/two.yaml", None),
    "a source": ("sources.yaml", PACK["sources.yaml"].replace("en: law", "en: act")),
    "no sources": ("sources.yaml", None),
    "parameters": ("parameters.yaml", "factor: [{value: 9, source: law}]\n"),
    "exemptions": ("exemptions.yaml", "[]\n"),
    "columns": ("columns.yaml", "lines: {ward: text}\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_read_again(pack, reads, change):
    before = claimrules.load(pack)
    name, text = CHANGES[change]
    (pack / name).unlink(missing_ok=True)
    if text is not None:
        (pack / name).write_text(text, encoding="utf-8")
    reads()
    try:
        after = claimrules.load(pack)
    except ClaimRulesError:
        pytest.fail(f"{change} makes a pack that cannot be read, and tests nothing")
    assert reads() == 1
    if change not in ("exemptions", "a declaration"):  # these say nothing new
        assert (after.fingerprint, after.knowledge.fingerprint) != (before.fingerprint, before.knowledge.fingerprint)


def test_a_file_of_another_name_is_read_again(pack, reads):
    claimrules.load(pack)
    (pack / "part" / "two.yaml").rename(pack / "two.yaml")
    reads()
    assert claimrules.load(pack).rules["two"].file == str(pack / "two.yaml")
    assert reads() == 1


def test_what_is_not_read_does_not_matter(pack, reads):
    claimrules.load(pack)
    (pack / "README.md").write_text("still not read")
    reads()
    claimrules.load(pack)
    assert reads() == 0


def test_each_way_of_asking_has_its_own(pack, reads, tmp_path):
    layer = tmp_path / "layer"
    layer.mkdir()
    (layer / "limit.csv").write_text("code,most\nA,7\n")
    ways = [{}, {"region": "330000"}, {"as_of": "2024-01-01"}, {"params": {"factor": "2"}}, {"knowledge": [layer]}]
    packs = [claimrules.load(pack, **way) for way in ways]
    assert reads() == len(ways)
    for way, made in zip(ways, packs, strict=True):
        again = claimrules.load(pack, **way)
        assert (again.region, again.as_of, again.parameters) == (made.region, made.as_of, made.parameters)
        assert again.check(CLAIM) == made.check(CLAIM)
    assert reads() == 0
    (layer / "limit.csv").write_text("code,most\nA,1\n")
    assert len(claimrules.load(pack, knowledge=layer).check(CLAIM).findings) == 2


def test_a_mistake_is_told_as_ever_and_not_kept(pack, folder):
    claimrules.load(pack)
    (pack / "one.yaml").write_text(PACK["one.yaml"].replace("m.most", "m.least"))
    said = []
    for _ in range(2):
        with pytest.raises(ClaimRulesError) as caught:
            claimrules.load(pack)
        said.append(caught.value.diagnostics)
    assert said[0] == said[1]
    assert len(entries(folder)) == 1


def test_other_code_reads_again(pack, reads, monkeypatch):
    claimrules.load(pack)
    monkeypatch.setattr(importlib.import_module("claimrules.pack.stamp"), "_code", lambda: ("another version",))
    reads()
    claimrules.load(pack)
    assert reads() == 1


def test_a_file_that_changes_while_it_is_read_is_not_kept(pack, folder, monkeypatch):
    real = LOAD.load_without

    def slow(*args, **kwargs):
        made = real(*args, **kwargs)
        (pack / "one.yaml").write_text(PACK["one.yaml"] + "# edited meanwhile\n")
        return made

    monkeypatch.setattr(LOAD, "load_without", slow)
    claimrules.load(pack)
    assert entries(folder) == []


BREAKS = {
    "empty": lambda data: data[:0],
    "cut off": lambda data: data[:-5],
    "longer": lambda data: data + b"\0",
    "a bit of the pickle": lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
    "a bit of a table": lambda data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
    "something else": lambda data: data[::-1],
    "its head alone": lambda data: data[:56],
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_file_is_read_again_and_replaced(pack, folder, reads, how):
    claimrules.load(pack)
    (entry,) = entries(folder)
    whole = entry.read_bytes()
    entry.write_bytes(BREAKS[how](whole))
    reads()
    assert len(claimrules.load(pack).check(CLAIM).findings) == 2
    assert reads() == 1
    claimrules.load(pack)
    assert reads() == 0


def test_nothing_is_unpickled_before_every_byte_is_checked(pack, folder, monkeypatch):
    claimrules.load(pack)
    (entry,) = entries(folder)
    data = entry.read_bytes()
    entry.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    monkeypatch.setattr(cache.pickle, "loads", lambda *_, **__: pytest.fail("unpickled"))
    claimrules.load(pack, cache=True)


posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")


@posix
def test_what_is_written_is_for_this_user_alone(pack, folder):
    claimrules.load(pack)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert entries(folder)[0].stat().st_mode & 0o077 == 0


@posix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722])
def test_a_folder_that_others_may_write_to_is_not_used(pack, folder, reads, mode):
    claimrules.load(pack)
    folder.chmod(mode)
    reads()
    claimrules.load(pack)
    assert reads() == 1
    (pack / "one.yaml").write_text(PACK["one.yaml"] + "#\n")
    claimrules.load(pack)
    assert len(entries(folder)) == 1


@posix
def test_a_file_that_others_may_write_to_is_not_read(pack, folder, reads):
    claimrules.load(pack)
    entries(folder)[0].chmod(0o666)
    reads()
    claimrules.load(pack)
    assert reads() == 1


@posix
def test_what_belongs_to_another_user_is_not_read(pack, reads, monkeypatch):
    claimrules.load(pack)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    reads()
    claimrules.load(pack)
    assert reads() == 1


@posix
def test_links_are_not_followed(pack, folder, reads, tmp_path):
    claimrules.load(pack)
    (entry,) = entries(folder)
    entry.rename(tmp_path / "elsewhere")
    entry.symlink_to(tmp_path / "elsewhere")
    reads()
    claimrules.load(pack)
    assert reads() == 1
    folder.rename(tmp_path / "other")
    folder.symlink_to(tmp_path / "other")
    claimrules.load(pack)
    assert reads() == 1


def test_where_nothing_can_be_written_nothing_is_kept_and_nothing_said(pack, folder, reads, monkeypatch, capfd):
    folder.write_text("a file in its place")
    claimrules.load(pack)
    folder.unlink()
    monkeypatch.setattr(cache.tempfile, "mkstemp", _read_only)
    claimrules.load(pack)
    assert reads() == 2
    assert entries(folder) == []
    assert capfd.readouterr() == ("", "")


def _read_only(*_args, **_kwargs):
    raise OSError(30, "Read-only file system")


def test_a_disk_that_is_full_leaves_nothing_behind(pack, folder, monkeypatch):
    monkeypatch.setattr(cache, "_write", _read_only)
    claimrules.load(pack)
    assert entries(folder) == []


def test_it_can_be_switched_off(pack, folder, monkeypatch):
    claimrules.load(pack, cache=False)
    monkeypatch.setenv(cache.OFF, "1")
    claimrules.load(pack)
    assert entries(folder) == []
    monkeypatch.setenv(cache.OFF, "0")
    claimrules.load(pack)
    assert len(entries(folder)) == 1


def test_what_loads_at_once_is_not_kept(pack, folder, monkeypatch):
    monkeypatch.setattr(LOAD, "WORTH_KEEPING", 60.0)
    claimrules.load(pack)
    assert entries(folder) == []


def test_the_cache_is_bounded_and_keeps_what_was_used_last(folder, monkeypatch):
    monkeypatch.setattr(cache, "MOST_FILES", 3)
    for key in "abc":
        cache.keep(folder, key, key)
        past = time.time() - 1000 + ord(key)
        os.utime(folder / f"{key}.claimrules-pack", (past, past))
    old = folder / "stopped.claimrules-part"
    old.write_bytes(b"half")
    os.utime(old, (1, 1))
    (folder / "running.claimrules-part").write_bytes(b"half")
    (folder / "of.pack").write_bytes(b"of somebody else")
    assert cache.fetch(folder, "a") == "a"
    cache.keep(folder, "d", "d")
    kept = {path.name for path in entries(folder)}
    assert kept == {"a.claimrules-pack", "c.claimrules-pack", "d.claimrules-pack", "running.claimrules-part", "of.pack"}
    monkeypatch.setattr(cache, "MOST_BYTES", 10)
    cache.keep(folder, "e", "e")
    assert cache.fetch(folder, "e") == "e"
    assert cache.fetch(folder, "d") is None


def test_two_processes_at_once(pack, folder):
    code = (
        "import sys, importlib, claimrules\n"
        "importlib.import_module('claimrules.pack.load').WORTH_KEEPING = -1\n"
        "for _ in range(5): p = claimrules.load(sys.argv[1])\n"
        "print(p.fingerprint, p.knowledge.fingerprint)"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(pack)], stdout=subprocess.PIPE) for _ in range(3)]
    said = {process.communicate(timeout=120)[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(said) == 1
    assert len(entries(folder)) == 1


def test_the_folder_is_the_users_own(monkeypatch, tmp_path):
    for name in (cache.FOLDER, cache.OFF):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path / "claimrules"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    assert cache.cache_folder() == tmp_path / "home" / ".cache" / "claimrules"

    def homeless():
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)
    assert cache.cache_folder() is None
