"""From arguments to an exit code, whatever happens."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from claimrules.cli.exit_codes import DONE, INTERRUPTED, MISUSE, OURS, PIPE
from claimrules.diagnostics import ClaimRulesError, EngineError


def main() -> None:
    """The entry point `claimrules`."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command. 0 done; 1 judged and found wanting; 2 misuse or unusable input; 3 our own fault."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # Chinese on a terminal that cannot show it is no reason to fail
    try:
        return _command(arguments)
    except ClaimRulesError as error:
        from claimrules.cli.printing import print_diagnostics

        print_diagnostics(error.diagnostics)
        return OURS if isinstance(error, EngineError) else MISUSE
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # The reader of a pipe has gone; what follows would fail on the same pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE
    except Exception as error:  # noqa: BLE001 - the last fence: whatever comes here is ours
        return _ours(error)


def _command(arguments: Sequence[str]) -> int:
    import typer

    from claimrules.cli.app import app

    try:
        code: Any = app(args=list(arguments), prog_name="claimrules", standalone_mode=False)
    except typer.Abort:
        return _interrupted()
    except SystemExit as error:
        # No command leaves this way: typer does, where the reader of a pipe has gone.
        return PIPE if error.code == 1 else MISUSE
    except Exception as error:
        # Usage errors know how to show themselves; their class depends on the version of typer.
        if hasattr(error, "show") and hasattr(error, "exit_code"):
            error.show()
            return MISUSE
        raise
    if code == INTERRUPTED:  # some versions of typer turn Ctrl-C into this code, others into Abort
        return _interrupted()
    return code if isinstance(code, int) else DONE


def _interrupted() -> int:
    print("interrupted", file=sys.stderr)  # noqa: T201
    return INTERRUPTED


def _ours(error: Exception) -> int:
    if os.environ.get("CLAIMRULES_DEBUG") == "1":
        traceback.print_exception(error)
        return OURS
    what = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    print(  # noqa: T201
        f"claimrules failed, and it is not your fault: {what}\n"
        "Please report it, with what CLAIMRULES_DEBUG=1 prints when the command is run again.",
        file=sys.stderr,
    )
    return OURS
