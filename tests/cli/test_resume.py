"""A run that is stopped leaves nothing half-written, and is resumed from its finished partitions."""

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claimrules.cli import run
from claimrules.generate import generate_claims
from claimrules.pack import RulePack
from claimrules.pack.part_file import write_whole

ROOT = Path(__file__).parents[2]
SAME = ("findings.parquet", "undecided.parquet", "rejects.parquet", "summary.json")
BATCHES = ("--batch-lines", "500")

COMMON = """
id: common
title: {zh: 多, en: Common}
category: policy
verdict: violation
of: line
flag: claim.sex = 'male' AND line.quantity > 1
amount: full_line
message: {zh: 男, en: male}
"""
"""A rule that finds and leaves undecided something in every partition."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rules, claims (with some that are rejected) and what an undisturbed audit gives of them."""
    folder = tmp_path_factory.mktemp("resume")
    (folder / "rules").mkdir()
    for name in ("fee_outside_stay", "ipt_split_stay"):
        (file,) = (ROOT / "rules").rglob(f"{name}.yaml")
        shutil.copy(file, folder / "rules")
    shutil.copy(ROOT / "rules" / "sources.yaml", folder / "rules")
    (folder / "rules" / "common.yaml").write_text(COMMON, encoding="utf-8")
    (folder / "rules" / "knowledge").mkdir()
    for file in (ROOT / "rules" / "knowledge").glob("code_sets.*"):
        shutil.copy(file, folder / "rules" / "knowledge")
    generate_claims(folder / "claims", 20_000, 5, format="csv")
    with (folder / "claims" / "lines.csv").open("a", encoding="utf-8") as lines:
        lines.write("no,such,line\n")
    assert run(arguments(folder, folder / "whole")) == 0
    return folder


def arguments(place: Path, out: Path, *more: str) -> list[str]:
    return ["audit", str(place / "claims"), "--rules", str(place / "rules"), "--out", str(out), *BATCHES, "--json", *more]


def start(place: Path, out: Path, *more: str, limit: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "claimrules", *arguments(place, out, *more)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limit)  # noqa: PLW1509


def parts(out: Path) -> list[Path]:
    return sorted(partial(out).glob("part-*.arrows"))


def partial(out: Path) -> Path:
    return out.with_name(f"{out.name}.partial")


def stopped(place: Path, out: Path, how: signal.Signals, *more: str) -> tuple[int, str]:
    """Send the signal as soon as a partition is finished, of some forty."""
    with start(place, out, *more) as process:
        while not parts(out):
            assert process.poll() is None, process.communicate()
            time.sleep(0.002)
        process.send_signal(how)
        _, err = process.communicate(timeout=60)
    return process.returncode, err


def equal(place: Path, out: Path) -> bool:
    return all((place / "whole" / name).read_bytes() == (out / name).read_bytes() for name in SAME)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_killed_run_keeps_the_old_out_and_is_resumed_byte_for_byte(place: Path, tmp_path: Path, capsys: Any, jobs: str):
    out = tmp_path / "OUT"
    shutil.copytree(place / "whole", out)
    (out / "summary.json").write_text("the older one")
    code, _ = stopped(place, out, signal.SIGKILL, "--jobs", jobs)
    assert code == -signal.SIGKILL
    assert (out / "summary.json").read_text() == "the older one"
    kept = len(parts(out))
    assert 1 <= kept < 30
    assert partial(out).stat().st_mode & 0o077 == 0, "it holds claims"
    capsys.readouterr()
    assert run(arguments(place, out, "--resume")) == 0
    assert f"{kept} finished partition" in capsys.readouterr().err
    assert equal(place, out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["OUT"]


def test_finished_partitions_are_not_judged_again(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = tmp_path / "OUT"
    stopped(place, out, signal.SIGKILL)
    kept = len(parts(out))
    judged = []
    judge = RulePack._one
    monkeypatch.setattr(RulePack, "_one", lambda *args: judged.append(1) or judge(*args))
    assert run(arguments(place, out, "--resume")) == 0
    again = len(judged)
    judged.clear()
    assert run(arguments(place, out)) == 0
    assert again == len(judged) - kept


def test_ctrl_c_is_130_and_says_how_to_go_on(place: Path, tmp_path: Path):
    out = tmp_path / "OUT"
    code, err = stopped(place, out, signal.SIGINT)
    assert code == 130
    kept = len(parts(out))
    assert err.splitlines()[-1] == "interrupted"
    assert f"{kept} finished partition" in err.splitlines()[-2]
    assert "--resume" in err.splitlines()[-2]
    assert "Traceback" not in err
    assert not out.exists()
    assert run(arguments(place, out, "--resume")) == 0
    assert equal(place, out)


def test_a_run_is_stopped_and_resumed_again_and_again(place: Path, tmp_path: Path):
    out, before = tmp_path / "OUT", 0
    for _ in range(3):
        with start(place, out, "--resume") as process:
            while len(parts(out)) <= before and process.poll() is None:
                time.sleep(0.002)
            process.kill()
            process.communicate()
        assert len(parts(out)) > before
        before = len(parts(out))
    assert run(arguments(place, out, "--resume", "--jobs", "2")) == 0
    assert equal(place, out)


def small_files(size: int) -> Callable[[], None]:
    """No file may grow beyond `size` bytes: writing fails then as it does on a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [100, 5_000, 60_000])
def test_a_full_disk_is_told_and_leaves_nothing_half_written(place: Path, tmp_path: Path, size: int):
    out = tmp_path / "OUT"
    shutil.copytree(place / "whole", out)
    (out / "summary.json").write_text("the older one")
    with start(place, out, limit=small_files(size)) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert "Traceback" not in err
    assert "error[CR723]" in err or "error[CR704]" in err
    assert "--resume" in err
    assert (out / "summary.json").read_text() == "the older one"
    assert [path.name for path in tmp_path.iterdir()] == ["OUT"]
    assert run(arguments(place, out, "--resume")) == 0
    assert equal(place, out)
    assert not partial(out).exists()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_disk_that_is_full_after_some_partitions_keeps_them(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, jobs: str
):
    def full(data: Any, path: Path) -> None:
        if path.name == "part-00003.arrows":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_whole(data, path)

    out = tmp_path / "OUT"
    with monkeypatch.context() as patch:
        patch.setattr("claimrules.pack.part_file.write_whole", full)
        assert run(arguments(place, out, "--jobs", jobs)) == 2
    kept = len(parts(out))
    assert 3 <= kept <= 5
    err = capsys.readouterr().err
    assert f"{kept} finished partitions kept" in err
    assert "No space left on device" in err
    assert run(arguments(place, out, "--resume")) == 0
    assert equal(place, out)


def test_where_out_cannot_be_written_nothing_is_judged_again(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    out = tmp_path / "OUT"
    with monkeypatch.context() as patch:
        patch.setattr("claimrules.report.out_folder._replace", full)
        assert run(arguments(place, out)) == 2
    assert "error[CR704]" in (err := capsys.readouterr().err)
    assert "--resume" in err
    assert [path.name for path in tmp_path.iterdir()] == ["OUT.partial"]
    monkeypatch.setattr(RulePack, "_one", full)
    assert run(arguments(place, out, "--resume")) == 0
    assert equal(place, out)


def test_without_resume_what_is_left_is_discarded_with_a_line(place: Path, tmp_path: Path, capsys: Any):
    out = tmp_path / "OUT"
    stopped(place, out, signal.SIGKILL)
    (kept,) = {len(parts(out))}
    capsys.readouterr()
    assert run(arguments(place, out)) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "discarded" in line]
    assert f"{kept} finished partition" in line
    assert equal(place, out)
    assert not partial(out).exists()


def test_with_other_options_it_is_refused_and_kept(place: Path, tmp_path: Path, capsys: Any):
    out = tmp_path / "OUT"
    stopped(place, out, signal.SIGKILL)
    kept = parts(out)
    for more, said in (
        (["--batch-lines", "600"], "partitions"),
        (["--history-from", "2025-01-01"], "history_from"),
        (["--only", "fee_outside_stay"], "only"),
        (["--region", "330100"], "region"),
        (["--as-of", "2025-01-01"], "as_of"),
        (["--param", "split_stay_days=9"], "parameters"),
    ):
        capsys.readouterr()
        assert run([*arguments(place, out, "--resume"), *more]) == 2
        err = capsys.readouterr().err
        assert "error[CR724]" in err
        assert said in err
        assert parts(out) == kept
        assert not out.exists()


def test_with_other_rules_or_claims_it_is_refused(place: Path, tmp_path: Path, capsys: Any):
    shutil.copytree(place / "rules", tmp_path / "rules")
    shutil.copytree(place / "claims", tmp_path / "claims")
    out = tmp_path / "OUT"
    stopped(tmp_path, out, signal.SIGKILL)
    rule = tmp_path / "rules" / "fee_outside_stay.yaml"
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("severity: medium", "severity: high"), encoding="utf-8")
    capsys.readouterr()
    assert run(arguments(tmp_path, out, "--resume")) == 2
    assert "had other rules\n" in capsys.readouterr().err
    rule.write_text(text, encoding="utf-8")
    file = next(path for path in (tmp_path / "claims").rglob("*.csv") if "operations" in str(path))
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), encoding="utf-8")
    assert run(arguments(tmp_path, out, "--resume")) == 2
    assert "had other claims\n" in capsys.readouterr().err
    file.write_text("".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")  # the same rows in another order
    assert run(arguments(tmp_path, out, "--resume")) == 0
    assert equal(place, out)


def test_nothing_to_resume_starts_at_the_beginning(place: Path, tmp_path: Path, capsys: Any):
    assert run(arguments(place, tmp_path / "OUT", "--resume")) == 0
    assert "nothing to resume" in capsys.readouterr().err
    assert equal(place, tmp_path / "OUT")


def test_a_folder_of_that_name_that_is_not_ours_is_refused(place: Path, tmp_path: Path, capsys: Any):
    (tmp_path / "OUT.partial").mkdir()
    (tmp_path / "OUT.partial" / "thesis.docx").write_text("mine")
    assert run(arguments(place, tmp_path / "OUT")) == 2
    assert "error[CR722]" in (err := capsys.readouterr().err)
    assert "thesis.docx" in err
    assert (tmp_path / "OUT.partial" / "thesis.docx").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="there is no lock elsewhere")
def test_two_audits_into_one_out_do_not_share_their_work(place: Path, tmp_path: Path, capsys: Any):
    out = tmp_path / "OUT"
    with start(place, out) as process:
        while not parts(out):
            time.sleep(0.002)
        process.send_signal(signal.SIGSTOP)
        assert run(arguments(place, out)) == 2
        process.send_signal(signal.SIGCONT)
        _, err = process.communicate(timeout=60)
    assert "error[CR721]" in (said := capsys.readouterr().err)
    assert "kept in" not in said
    assert process.returncode == 0, err
    assert equal(place, out)
