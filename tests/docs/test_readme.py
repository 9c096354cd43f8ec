"""The Python of the README runs as it stands."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
QUESTIONS = """
assert result.findings.num_rows > 0
assert result.summary.total_amount > 0
checked = pack.check(claim, history=[])
print(sorted({one.rule_id for one in checked.undecided}), len(checked.findings))
"""


def test_there_is_one_block() -> None:
    assert len(BLOCKS) == 1


def test_the_block_runs_as_it_stands() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKS[0] + QUESTIONS], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
    # The item is in none of the demonstration's tables, and its kind is not said.
    assert done.stdout.endswith("0\n")
