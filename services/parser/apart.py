"""Reading a file in a process of its own: whatever a hostile one does there, it ends in time and in a verdict.

read_apart ─ stdin: the bytes ─► python -m services.parser.apart (bounds, then files.read_file) ─ stdout: FileText
"""

from __future__ import annotations

import contextlib
import json
import resource
import subprocess
import sys
from dataclasses import asdict

from services.domain.file import FileText
from services.parser.files.kind import kind_of
from services.parser.files.read import read_file

#: Bytes of address space and seconds of computing one file may take; wall time is for a machine that is busy.
MEMORY = 1024 * 1024 * 1024
SECONDS = 30
PATIENCE = 60


def read_apart(body: bytes, *, memory: int = MEMORY, seconds: int = SECONDS) -> FileText:
    """As `files.read_file`, within `memory` and `seconds`. Takes about a quarter of a second for the process."""
    kind = kind_of(body)
    command = [sys.executable, "-P", "-m", "services.parser.apart", str(memory), str(seconds)]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return FileText(kind, unreadable="too_slow", evidence=f"more than {PATIENCE} s")
    if done.returncode == 0:
        return FileText(**json.loads(done.stdout))
    if done.returncode < 0 and -done.returncode in (9, 24):  # SIGKILL, SIGXCPU
        return FileText(kind, unreadable="too_slow", evidence=f"more than {seconds} s of computing")
    return FileText(kind, unreadable="too_large", evidence="does not fit into the memory given to it")


def _bounded(memory: int, seconds: int) -> None:
    """Where the system has no such bound, the other one and the caller's patience remain."""
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    _bounded(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps(asdict(read_file(sys.stdin.buffer.read()))))
