"""The trials in their long forms, one command each; prints a table engine by trial, exit 1 where anything was wrong.

    python tests/crash/run.py                            # all of them: hours
    python tests/crash/run.py T1 --repeats 20            # the crash matrix; --engine sqlite|postgres|redis
    python tests/crash/run.py T2 --docs 100 --versions 100 --kills 200 --losses 15     # with T3, T4, T8, T23
    python tests/crash/run.py T8 --docs 100 --versions 100 --kills 200     # the same, then compared with one process
    python tests/crash/run.py rolling --docs 50 --versions 40              # every process replaced, one after another
    python tests/crash/run.py T5 --seconds 60            # faults on the way to Redis and PostgreSQL
    python tests/crash/run.py T6 T7 T9 T10 T11 T21       # the bus alone
    python tests/crash/run.py T20 --docs 200 --rate 50 --seconds 3600      # edit to alert, and a soak of it
    python tests/crash/run.py T22                        # throughput beside a bare loop
    python tests/crash/run.py T15 --seeds 10000          # simulation; --seed N tells one story again

DAFU_TEST_POSTGRES names the PostgreSQL server to make databases on; redis-server is started from PATH.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent.parent), str(HERE.parent), str(HERE)]

from databases import POSTGRES  # noqa: E402
from faults import faults  # noqa: E402
from machine import ENGINES, opened, quieten  # noqa: E402
from matrix import matrix  # noqa: E402
from rolling import rolling  # noqa: E402
from simulation import simulate  # noqa: E402
from soak import soak  # noqa: E402
from speed import throughput  # noqa: E402
from storm import storm  # noqa: E402
from trials import SHORT, TRIALS  # noqa: E402

ALL = ("T1", "T2", "T8", "rolling", "T5", *TRIALS, "T15", "T20", "T22")
Row = tuple[str, str, bool, str]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    asked = parser.parse_args(arguments)
    if "postgres" in (asked.engine or ()) and not POSTGRES:
        parser.error("--engine postgres: set DAFU_TEST_POSTGRES to the address of a server")
    trials = asked.trial or ALL
    quieten()
    rows: list[Row] = []
    for trial in trials:
        for engine in asked.engine or (("sqlite",) if trial == "T15" else _engines()):
            began = time.monotonic()
            for row in _run(trial, engine, asked):
                rows.append(row)
                passed = time.monotonic() - began
                said = f"{row[0]:16} {_shown(row[1]):12} {'well ' if row[2] else 'WRONG'} {passed:6.0f} s  {row[3]}"
                print(said, flush=True)
    return 0 if all(row[2] for row in rows) else 1


def _engines() -> tuple[str, ...]:
    return ENGINES if POSTGRES else ("sqlite", "redis")


def _shown(engine: str) -> str:
    """What the figures of a line are of."""
    return "redis+sqlite" if engine == "redis" and not POSTGRES else engine


def _run(trial: str, engine: str, asked: argparse.Namespace) -> list[Row]:
    if trial == "T1":
        made = matrix(engine, asked.repeats, _told, asked.points)
        return [("T1 matrix", engine, made.well, str(made))]
    if trial in ("T2", "T8"):
        losses = asked.losses if engine == "redis" else 0
        storms = storm(
            engine,
            asked.docs,
            asked.versions,
            asked.kills,
            losses=losses,
            replicas=asked.replicas,
            alone=trial == "T8",
            shown=_told,
        )
        return [(f"{trial} storm", engine, storms.well, str(storms))]
    if trial == "rolling":
        replaced = rolling(
            engine, asked.docs, asked.versions, replicas=asked.replicas, rounds=asked.rounds, shown=_told
        )
        return [(replaced.trial, engine, replaced.well, str(replaced))]
    if trial == "T5":
        return [(one.trial, engine, one.well, str(one)) for one in faults(engine, asked.seconds)]
    if trial == "T15":
        seeds = [asked.seed] if asked.seed is not None else range(asked.seeds)
        with tempfile.TemporaryDirectory() as folder, opened(f"sqlite:///{folder}/story.sqlite") as database:
            wrong = simulate(database, seeds)
        return [("T15 simulation", engine, not wrong, f"{len(seeds)} seeds, wrong: {wrong[:3]}")]
    if trial in ("T20", "T22"):
        t20 = trial == "T20"
        made_of = soak(engine, asked.docs, asked.rate, asked.seconds, shown=_told) if t20 else throughput(engine)
        return [(made_of.trial, engine, made_of.well, str(made_of))]
    found = (SHORT if asked.short else TRIALS)[trial](engine)
    return [(found.trial, engine, found.well, str(found))]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trial", nargs="*", choices=[*ALL, []])
    parser.add_argument("--engine", action="append", choices=ENGINES)
    for name, default in (("repeats", 20), ("docs", 100), ("versions", 100), ("kills", 200), ("losses", 15),
                          ("seeds", 10_000), ("seconds", 60), ("replicas", 3), ("rounds", 2),
                          ("rate", 50)):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--points", type=int, help="only so many of T1's points, spread over all stages")
    parser.add_argument("--short", action="store_true", help="a moment of the trials of the bus alone")
    return parser


def _told(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
