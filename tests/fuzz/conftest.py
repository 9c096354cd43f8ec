"""The harness's own modules and the oracle's stand beside the tests."""

import sys
from pathlib import Path

for _name in ("fuzz", "oracle"):
    sys.path.insert(0, str(Path(__file__).parents[1] / _name))
