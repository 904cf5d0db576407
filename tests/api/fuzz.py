"""schemathesis against the running API, every check, stateful: `PYTHONPATH=tests python -m api.fuzz CASES [SEED]`.

The service has lived through some stories, so that there is something to find. Prints schemathesis' own report; exits
1 where a check failed, an answer was 5xx, or fewer cases were made than asked for.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from api.guard.serving import serving

from services.api.app import create_app
from services.api.callers import new_token
from services.api.webhooks.secrets import SecretBox
from services.domain.clock import system_clock
from services.domain.trial import Trial
from services.health.checkup import Checkup
from services.health.condition import Limits
from services.line.serve import api_context
from services.replay.clock import SimulatedClock
from services.replay.recording import read_recording
from services.replay.run import live
from services.storage.database import Database, open_database

TESTS = Path(__file__).parents[1]
STORIES = ("target-lowered", "section-added")
#: Cases for which one example of each operation is enough, with what coverage and states add.
_PER_EXAMPLE = 500


async def run(database: Database, cases: int, seed: int) -> tuple[int, str]:
    """Exit code and report of one run; the exit code is 1 where fewer than `cases` were made."""
    address = "http://127.0.0.1"
    context = api_context(database, system_clock, SecretBox(bytes(32)), (), address, "10000000/minute", trials=_look)
    # no network: every name has one public address
    context = replace(context, lookup=lambda _: ["93.184.215.14"], most_subscriptions=1_000_000)
    # the stories ended long ago, and nobody works on what is due: readiness would say so with a 503
    context = replace(context, checkup=Checkup(database, system_clock, limits=Limits(lag=timedelta.max)))
    _, token = new_token(database, "local", "fuzz", ("admin",), system_clock())
    async with serving(create_app(context)) as port:
        code, report = await asyncio.to_thread(_schemathesis, port, token, max(1, cases // _PER_EXAMPLE * 8), seed)
    made = re.search(r"(\d+) generated", report)
    if code == 0 and (made is None or int(made[1]) < cases):
        return 1, f"{report}\nfewer than {cases} cases"
    return code, report


async def lived(database: Database) -> None:
    """Some documents, versions and changes."""
    for recording in sorted((read_recording(TESTS / "replays" / one) for one in STORIES), key=lambda one: one.start):
        await live(database, recording, SimulatedClock(recording.start), recording.end)


async def _look(url: str) -> Trial:
    return Trial(url, None, proposed={"id": f"c{abs(hash(url))}", "url": url, "every": "6h"})


def _schemathesis(port: int, token: str, examples: int, seed: int) -> tuple[int, str]:
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{port}/openapi.json",
        "--header", f"Authorization: Bearer {token}",
        "--max-examples", str(examples), "--checks", "all", "--continue-on-failure", "--seed", str(seed), "--no-color",
        "--generation-allow-x00", "false", "--generation-database", "none", "--suppress-health-check", "all",
        "--request-timeout", "30", "--warnings", "off",
    ]  # fmt: skip
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "api.fuzz_hooks", "PYTHONPATH": str(TESTS)}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=folder)
    return done.returncode, done.stdout + done.stderr


async def _main(cases: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/dafu.sqlite")
        await lived(database)
        code, report = await run(database, cases, seed)
        database.close()
    print(report)
    return code


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
