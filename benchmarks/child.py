"""One peer in a process of its own: `python -m benchmarks.child PEER CLAIMS PACK`, driven by lines on standard input.

It prepares, says so, and makes a run for each line; every answer is a line of JSON: how many seconds, what was found, and
how much memory the process has ever held.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.memory import held_mb
from benchmarks.prepared import prepared_of


def main(name: str, claims: Path, pack: Path) -> None:
    """Prepare, then run as often as asked."""
    peer = importlib.import_module(f"benchmarks.peers.{name}")
    about = json.loads((pack / "about.json").read_text())
    own = hasattr(peer, "ready")
    state = peer.ready(claims, pack) if own else peer.prepare(prepared_of(claims), about)
    _say({"ready": True})
    for _ in sys.stdin:
        start = time.perf_counter()
        peer.run(state) if own else peer.run(state, about)
        seconds = time.perf_counter() - start
        _say({"seconds": seconds, "told": _told(peer, state, about, own=own), "peak_mb": peak_mb()})


def _told(peer: ModuleType, state: Any, about: list[dict[str, Any]], *, own: bool) -> Any:
    return peer.told(state) if own else peer.told(state, about)


def peak_mb() -> float:
    """The most memory that this process has held. `ru_maxrss` would count what its parent held when it was forked."""
    return held_mb("self")


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
