import os
import subprocess
import sys
from typing import Any

import pytest

from claimrules.cli import run
from claimrules.diagnostics import ClaimRulesError, Diagnostic, Place


def raising(error: BaseException) -> Any:
    def command(_: Any) -> int:
        raise error

    return command


def test_a_users_mistake_is_rendered_on_stderr_and_is_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    error = ClaimRulesError(
        [Diagnostic("CR214", "unknown field `line.qty`", Place("r.yaml", 3, 5), help="did you mean it?")]
    )
    monkeypatch.setattr("claimrules.cli.entry._command", raising(error))
    assert run([]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "error[CR214]: unknown field `line.qty`" in printed.err
    assert "r.yaml:3:5" in printed.err
    assert "did you mean it?" in printed.err
    assert "Traceback" not in printed.err


def test_ctrl_c_is_130_and_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr("claimrules.cli.entry._command", raising(KeyboardInterrupt()))
    assert run([]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_our_own_fault_is_3_without_a_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.delenv("CLAIMRULES_DEBUG", raising=False)
    monkeypatch.setattr("claimrules.cli.entry._command", raising(ZeroDivisionError("division by zero")))
    assert run([]) == 3
    err = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in err
    assert "report" in err
    assert "Traceback" not in err


def test_the_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("CLAIMRULES_DEBUG", "1")
    monkeypatch.setattr("claimrules.cli.entry._command", raising(ZeroDivisionError("division by zero")))
    assert run([]) == 3
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bogus"], "bogus"),
        (["audit"], "CLAIMS"),
        (["audit", "no/such/folder"], "does not exist"),
        (["audit", ".", "--jobs", "0"], "--jobs"),
        (["audit", ".", "--fail-on", "everything"], "everything"),
        (["check", "no/such/folder"], "does not exist"),
        (["test", ".", "--bogus"], "--bogus"),
        (["generate"], "OUT"),
    ],
)
def test_misuse_is_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert run(arguments) == 2
    assert said.lower() in capsys.readouterr().err.lower()


def test_version(capsys: pytest.CaptureFixture[str]):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("claimrules ")


@pytest.mark.parametrize("command", ["audit", "check", "test", "generate"])
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]):
    assert run([command, "--help"]) == 0
    assert f"claimrules {command}" in capsys.readouterr().out


def test_help_does_not_wait_for_the_engine():
    code = (
        "import sys; from claimrules.cli import run; run(['--help']);"
        "print([m for m in ('pyarrow', 'pydantic', 'sqlglot', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_python_dash_m_is_the_same_command():
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "claimrules", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.startswith("claimrules ")


def test_a_reader_that_has_gone_is_no_fault():
    command = [sys.executable, "-m", "claimrules", "audit", "--help"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141
