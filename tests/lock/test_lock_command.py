"""`claimrules lock`, and what `claimrules check` says of the lock."""

import json
import re
from datetime import date, datetime

import pytest

from claimrules.cli import run
from claimrules.diagnostics import LanguageError
from claimrules.lock import DELETED, Lock, LockedRule, LockedVersion, lock_text, read_lock


@pytest.fixture
def locked(base):
    """The base, locked on the first of March."""
    assert run(["lock", str(base.root), "--on", "2025-03-01"]) == 0
    return base


def codes(base, capsys, *command: str) -> list[str]:
    """The codes of the lock that a command gives, in their order."""
    run([*(command or ("check",)), str(base.root)])
    return re.findall(r"error\[(CR26\d)\]", capsys.readouterr().out)


def relock(base, on: str) -> int:
    return run(["lock", str(base.root), "--on", on])


def today() -> date:
    return datetime.now().astimezone().date()


def versions(base, name: str) -> list[tuple[int, date]]:
    return [(one.version, one.active) for one in read_lock(base.root).rules[name].versions]


def test_without_a_lock_check_says_nothing(base, capsys):
    base.change("first", "default: 3", "default: 4")
    assert codes(base, capsys) == []


def test_a_lock_has_a_line_a_version(locked):
    text = locked.lock.read_text(encoding="utf-8")
    form = r"""# .*
format: 1
rules:
  first:
    status: active
    versions:
      - \{version: 1, active: 2025-03-01, logic: [0-9a-f]{64}\}
  second:
    status: active
    versions:
      - \{version: 1, active: 2025-03-01, logic: [0-9a-f]{64}\}
"""
    assert re.fullmatch(form, text)


def test_locking_again_changes_nothing(locked, capsys):
    before = locked.lock.read_bytes()
    assert relock(locked, "2026-01-01") == 0
    assert locked.lock.read_bytes() == before
    assert "nothing new in" in capsys.readouterr().out


def test_an_active_rule_that_changed_without_a_version_is_an_error_and_is_not_locked(locked, capsys):
    before = locked.lock.read_bytes()
    locked.change("first", "default: 3", "default: 4")
    assert codes(locked, capsys) == ["CR261"]
    assert relock(locked, "2025-04-01") == 1
    printed = capsys.readouterr().out
    assert "`first` decides otherwise than version 1 did, which is active since 2025-03-01" in printed
    assert f"{locked.path('first')}:2:1" in printed  # where the version stands
    assert "write `version: 2`, or take the change back" in printed
    assert locked.lock.read_bytes() == before


def test_words_may_change(locked, capsys):
    locked.change("first", "en: rule}", "en: another title}")
    assert codes(locked, capsys) == []


def test_a_change_with_a_version_is_out_of_date_until_it_is_locked(locked, capsys):
    locked.change("first", "default: 3", "default: 4")
    locked.change("first", "version: 1", "version: 2")
    assert codes(locked, capsys) == ["CR264"]
    assert codes(locked, capsys, "lock", "--check") == ["CR264"]
    assert relock(locked, "2025-04-01") == 0
    assert capsys.readouterr().out.startswith("  first: version 2\nwrote ")
    assert versions(locked, "first") == [(1, date(2025, 3, 1)), (2, date(2025, 4, 1))]
    assert codes(locked, capsys) == []
    assert codes(locked, capsys, "lock", "--check") == []


def test_going_back_to_a_version_is_allowed_as_it_was_and_not_under_a_number_between(locked, capsys):
    locked.change("first", "version: 1", "version: 5")
    assert relock(locked, "2025-04-01") == 0
    locked.change("first", "version: 5", "version: 1")
    assert codes(locked, capsys) == []
    locked.change("first", "version: 1", "version: 3")
    assert codes(locked, capsys) == ["CR261"]


def test_a_draft_takes_its_id_and_may_change_as_it_likes(base, capsys):
    base.change("first", "status: active", "status: draft")
    assert relock(base, "2025-03-01") == 0
    assert read_lock(base.root).rules["first"] == LockedRule("draft")
    base.change("first", "default: 3", "default: 4")
    assert codes(base, capsys) == []
    base.change("first", "status: draft", "status: active")
    assert codes(base, capsys) == ["CR264"]
    assert relock(base, "2025-04-01") == 0
    assert versions(base, "first") == [(1, date(2025, 4, 1))]


def test_a_retired_rule_keeps_what_it_was(locked, capsys):
    locked.change("first", "status: active", "status: retired")
    assert codes(locked, capsys) == ["CR264"]
    assert relock(locked, "2025-04-01") == 0
    assert read_lock(locked.root).rules["first"].status == "retired"
    assert codes(locked, capsys) == []
    locked.change("first", "default: 3", "default: 4")
    assert codes(locked, capsys) == ["CR261"]


def test_a_locked_rule_that_vanished_is_an_error_until_it_is_locked_and_its_id_stays(locked, capsys):
    locked.path("first").unlink()
    assert codes(locked, capsys) == ["CR263"]
    assert relock(locked, "2025-04-01") == 0
    assert codes(locked, capsys) == []
    assert read_lock(locked.root).rules["first"].status == DELETED
    assert versions(locked, "first") == [(1, date(2025, 3, 1))]


def test_a_part_of_the_base_lacks_nothing(locked, capsys):
    run(["check", str(locked.path("second"))])
    assert "CR23" not in capsys.readouterr().out


def test_the_id_of_a_deleted_rule_is_given_to_no_other(locked, capsys):
    locked.path("first").unlink()
    relock(locked, "2025-04-01")
    locked.write("first")
    assert codes(locked, capsys) == ["CR264"]  # the old rule as it was, restored
    locked.change("first", "default: 3", "default: 30")
    assert codes(locked, capsys) == ["CR262", "CR264"]
    locked.change("first", "version: 1", "version: 2")
    assert codes(locked, capsys) == ["CR262", "CR264"]
    assert relock(locked, "2025-05-01") == 1


def test_a_new_rule_is_not_yet_locked(locked, capsys):
    locked.write("third")
    assert codes(locked, capsys) == ["CR264"]
    relock(locked, "2025-04-01")
    assert versions(locked, "third") == [(1, date(2025, 4, 1))]


def test_check_gives_it_as_json_too(locked, capsys):
    locked.change("first", "default: 3", "default: 4")
    assert run(["check", str(locked.root), "--json"]) == 1
    [found] = [one for one in json.loads(capsys.readouterr().out) if one["code"].startswith("CR26")]
    assert (found["code"], found["line"]) == ("CR261", 2)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format: 1", "<<<<<<< HEAD", "not valid YAML"),
        ("format: 1\n", "", "`format`: field required"),
        ("format: 1", "format: 2", "it is of format 2"),
        ("status: active", "status: busy", "`rules.first.status`: "),
        ("2025-03-01", "2025-02-30", "`rules.first.versions.0.active`: "),
        ("logic: ", "logic: x", "`rules.first.versions.0.logic`: "),
        ("versions:\n", "versions:\n      - {version: 1, active: 2025-01-01, logic: " + "0" * 64 + "}\n", "stands after"),
        ("  second:", "  first:", "the key `first` stands twice"),
    ],
)
def test_a_broken_lock_file_is_told_with_its_place(locked, capsys, old, new, said):
    text = locked.lock.read_text(encoding="utf-8")
    assert old in text
    locked.lock.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert codes(locked, capsys) == ["CR265"]
    assert relock(locked, "2025-03-01") == 2
    with pytest.raises(LanguageError, match="CR265") as raised:
        read_lock(locked.root)
    [found] = raised.value.diagnostics
    assert said in found.message
    assert found.place.file == str(locked.lock)


def test_what_is_written_is_read_back(tmp_path):
    lock = Lock(
        {
            "a": LockedRule(
                "retired", (LockedVersion(1, date(2020, 2, 29), "0" * 64), LockedVersion(3, date(2021, 1, 1), "f" * 64))
            ),
            "b": LockedRule("draft"),
        }
    )
    (tmp_path / "rules.lock").write_text(lock_text(lock), encoding="utf-8")
    assert read_lock(tmp_path) == lock
    (tmp_path / "rules.lock").write_text(lock_text(Lock()), encoding="utf-8")
    assert read_lock(tmp_path) == Lock()


def test_a_part_of_a_base_cannot_be_locked(base, capsys):
    assert run(["lock", str(base.path("first"))]) == 2
    assert "name the whole rule base" in capsys.readouterr().err


def test_the_day_is_today_where_none_is_given(base):
    before = today()
    assert run(["lock", str(base.root)]) == 0
    assert before <= versions(base, "first")[0][1] <= today()
