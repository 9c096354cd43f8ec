"""How property tests run: hypothesis's own CI profile (the same examples each time) where CI is set, else fresh ones.

The packs that a session loads are kept in a cache of its own, which its processes share: the library is read once, and no
test sees what another session, or the user, has left behind.
"""

import atexit
import os
import shutil
import tempfile

from hypothesis import settings

if "CI" not in os.environ:
    # A shared or slow machine says nothing of the code: no test fails for its time.
    settings.register_profile("here", deadline=None)
    settings.load_profile("here")

if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["CLAIMRULES_CACHE_DIR"] = tempfile.mkdtemp(prefix="claimrules-tests-")
    atexit.register(shutil.rmtree, os.environ["CLAIMRULES_CACHE_DIR"], ignore_errors=True)
