"""The printed form of every rule in `bad/`.

`python tests/language/snapshots.py` writes them anew; read each difference as somebody who has only this text to go by.
"""

import os
from pathlib import Path

from rule_texts import read_file

from claimrules.diagnostics import ClaimRulesError, Diagnostic, render_all

BAD = Path(__file__).parent / "bad"
NAMES = sorted(path.stem for path in BAD.glob("*.yaml"))


def diagnostics(name: str) -> tuple[Diagnostic, ...]:
    """What is wrong with `bad/NAME.yaml`; the working directory must be `bad/`, so that paths are short."""
    try:
        read_file(Path(f"{name}.yaml"))
    except ClaimRulesError as error:
        return error.diagnostics
    return ()


def write() -> None:
    """Write all of them."""
    os.chdir(BAD)
    for name in NAMES:
        Path(f"{name}.txt").write_text(render_all(diagnostics(name)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
