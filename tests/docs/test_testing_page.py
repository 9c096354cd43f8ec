"""docs/testing.md: its Python runs as it stands, and its tables have what `claimrules.testing` has."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import claimrules
from claimrules import testing
from claimrules.testing import Size, assert_clean, claim, line

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NAMED_IN_TABLES = set(re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE))
IN_PROSE = {"claim", "line", "diagnosis", "operation", "Size", "World"}


def test_the_python_runs_as_it_stands_in_a_folder_with_rules(tmp_path: Path):
    file = tmp_path / "test_of_the_page.py"
    file.write_text("\n\n".join(PYTHON), encoding="utf-8")  # one block after another, as one test module
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--rootdir", str(file.parent), str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr


def test_every_public_name_is_on_the_page():
    assert set(testing.__all__) == NAMED_IN_TABLES | IN_PROSE
    assert {name for name in IN_PROSE if f"`{name}" not in PAGE} == set()


def test_the_size_is_what_it_is():
    assert f"`{Size()!r}`" in PAGE


def test_a_failing_assertion_says_what_the_page_shows():
    pack = claimrules.load(ROOT / "rules").with_knowledge({"drug_sex": [{"code": "F1", "sex": "female"}]})
    with pytest.raises(AssertionError) as told:
        assert_clean(pack, "drug_sex", claim(line("F1", amount="86.40")))
    assert f"```\n{told.value}\n```" in PAGE
