"""docs/tutorial.md with the built wheel, in an environment and a folder that had nothing in them: `make tutorial`."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from walkthrough_run import PAGE, follow

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Build, install, follow; 1 where a command prints something else than the page shows."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        _done(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(place), str(ROOT))
        (wheel,) = place.glob("*.whl")
        _done(sys.executable, "-m", "venv", str(place / "venv"))
        scripts = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
        _done(str(scripts / "python"), "-m", "pip", "install", str(wheel), "pytest")
        (place / "work").mkdir()
        began = time.monotonic()
        wrong = follow(
            PAGE.read_text(encoding="utf-8"),
            place / "work",
            {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": ""},
        )
        took = time.monotonic() - began
    print("\n\n".join(wrong) or f"{PAGE.name} works to the letter with {wheel.name}: {took:.0f} seconds of commands")  # noqa: T201
    return 1 if wrong else 0


def _done(*command: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check") if "pip" in command else ()
    subprocess.run([*command, *quiet], check=True)


if __name__ == "__main__":
    sys.exit(main())
