"""How property tests run: hypothesis's own CI profile (the same examples each time) where CI is set, else fresh ones."""

import os

from hypothesis import settings

if "CI" not in os.environ:
    # A shared or slow machine says nothing of the code: no test fails for its time.
    settings.register_profile("here", deadline=None)
    settings.load_profile("here")
