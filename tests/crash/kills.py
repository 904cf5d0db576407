"""kill -9 at moments spread over the demo's week, and on again: nothing lost, nothing twice.

python tests/crash/kills.py [KILLS] [FOLDER]      the long form, by command; prints what came of it
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
START = datetime.fromisoformat("2023-04-03T08:00:00+08:00")
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Outcome:
    kills: int
    returncode: int
    last: str
    #: Ids in the receiver's own log; ids our log of events owes to a default subscription.
    received: Counter[str]
    owed: Counter[str]
    versions: Counter[tuple[str, int]]


def demo(data: Path) -> subprocess.Popen[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DAFU_")}
    env = {**kept, "DAFU_DATA": str(data), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "services.cli", "demo", "--once"]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def reached(data: Path) -> datetime | None:
    try:
        clock = json.loads((data / "demo" / "demo.json").read_text(encoding="utf-8"))["clock"]
    except (OSError, ValueError, KeyError):
        return None
    return datetime.fromisoformat(clock) if clock else None


def run_until(data: Path, moment: datetime, patience: float = 120) -> bool:
    """Start the demo and kill it when its clock reaches `moment`; False if it ended before."""
    process = demo(data)
    until = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < until:
        clock = reached(data)
        if clock is not None and clock >= moment:
            process.kill()
            break
        time.sleep(0.005)
    killed = process.poll() is None or process.wait() == -9
    process.kill()
    process.communicate()
    return killed


def torment(data: Path, kills: int) -> Outcome:
    """`kills` kills spread over the week, then one run to the end."""
    done = sum(run_until(data, START + WEEK * ((number + 0.7) / (kills + 1))) for number in range(kills))
    last = demo(data)
    output, _ = last.communicate(timeout=280)
    database = sqlite3.connect(data / "demo" / "demo.sqlite")
    owed = Counter(row[0] for row in database.execute("SELECT event_id FROM delivery"))
    versions = Counter((row[0], row[1]) for row in database.execute("SELECT document_id, n FROM version"))
    database.close()
    lines = (data / "demo" / "received.jsonl").read_text(encoding="utf-8").splitlines()
    received = Counter(json.loads(line)["id"] for line in lines)
    return Outcome(done, last.returncode, output[-1500:], received, owed, versions)


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as folder:
        outcome = torment(Path(sys.argv[2]) if len(sys.argv) > 2 else Path(folder), kills)
    lost, twice = outcome.owed - outcome.received, [id_ for id_, n in outcome.received.items() if n > 1]
    print(f"kills {outcome.kills}  exit {outcome.returncode}  events owed {outcome.owed.total()}")
    print(f"lost {lost.total()}  twice {len(twice)}  versions {len(outcome.versions)}")
    return 0 if outcome.returncode == 0 and not lost and not twice else 1


if __name__ == "__main__":
    sys.exit(main())
