"""`make fuzz`: rules and claims made up for so many minutes, every verdict compared with an independent one.

python tests/fuzz/run.py --minutes 60 --seed 1 --out OUT/fuzz
"""

# ruff: noqa: T201  a program that prints

import argparse
import sys
import time
from pathlib import Path

for _name in ("fuzz", "oracle"):
    sys.path.insert(0, str(Path(__file__).parents[1] / _name))

from fuzz_packs import Packs  # noqa: E402
from fuzz_round import Tally, play  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--out", type=Path, default=Path("OUT/fuzz"))
    parser.add_argument("--no-sql", action="store_true", help="leave DuckDB out")
    given = parser.parse_args()
    packs, tally = Packs(), Tally()
    begun = said = time.monotonic()
    n = 0
    while time.monotonic() - begun < given.minutes * 60:
        play(packs.turn(n, f"{given.seed}/{n}"), f"{given.seed}/{n}", tally, given.out, sql=None if given.no_sql else _sql())
        n += 1
        if time.monotonic() - said > 60:
            said = time.monotonic()
            print(_line(tally, said - begun), flush=True)
    packs.close()
    print(_summary(given.seed, tally, time.monotonic() - begun))
    return 1 if sum(tally.different.values()) else 0


def _sql():
    try:
        from fuzz_sql import duck  # noqa: PLC0415  where there is no SQL yet
    except ImportError:
        return None
    return duck


def _line(tally: Tally, seconds: float) -> str:
    return (
        f"{seconds / 60:5.1f} min  {tally.rounds:6,} worlds  {len(tally.rules):6,} rules  {tally.independent:12,} verdicts"
        f"  {tally.independent / seconds:8,.0f} a second  {sum(tally.different.values())} differences"
    )


def _summary(seed: str, tally: Tally, seconds: float) -> str:
    lines = [f"seed {seed}: {_line(tally, seconds).strip()}"]
    lines += [f"  {who:40} {count:14,}" for who, count in sorted(tally.verdicts.items())]
    lines += [f"  {'of the interpreter, applicable':40} {tally.applicable:14,}"]
    lines += [f"  differs: {who:31} {count:14,}" for who, count in sorted(tally.different.items())]
    return "\n".join([*lines, *(f"  {text}" for text in tally.files[:40])])


if __name__ == "__main__":
    sys.exit(main())
