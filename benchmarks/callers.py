"""What five hundred callers who never finish a request cost all others, and when they are let go."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import subprocess
import sys
import time

import httpx

from benchmarks.table import show
from services.api.guard.receipt import SECONDS

SLOW = 500
REQUESTS = 600
#: Others' p99 at most so many times the undisturbed one; the slow ones are gone within so many seconds.
TIMES, GONE = 2.0, 30.0
#: Below this, in seconds, a p99 is the scheduler's and no longer ours.
_FLOOR = 0.005


def run() -> bool:
    command = [sys.executable, "-m", "benchmarks.callers_child"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None  # noqa: S101 - it was asked for
        try:
            alone, beside, gone = asyncio.run(_measure(int(child.stdout.readline())))
        finally:
            child.communicate("")
    ratio = max(beside, _FLOOR) / max(alone, _FLOOR)
    rows = [
        ("others' p99, undisturbed", f"{alone * 1000:.1f} ms", ""),
        (f"others' p99 beside {SLOW}", f"{beside * 1000:.1f} ms", f"{ratio:.2f} times"),
        ("the last slow one let go after", f"{gone:.1f} s", f"deadline {SECONDS:g} s"),
    ]
    show(f"callers: {SLOW} half-sent requests; at most {TIMES:g} times, {GONE:g} s", ("", "", ""), rows)
    return ratio <= TIMES and gone <= GONE


async def _measure(port: int) -> tuple[float, float, float]:
    await _p99(port)
    alone = await _p99(port)
    start = time.monotonic()
    slow = [asyncio.create_task(_drip(port)) for _ in range(SLOW)]
    await asyncio.sleep(2)
    beside = await _p99(port)
    await asyncio.gather(*slow)
    return alone, beside, time.monotonic() - start


async def _p99(port: int) -> float:
    taken = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(REQUESTS):
            start = time.perf_counter()
            (await client.get("/documents")).raise_for_status()
            taken.append(time.perf_counter() - start)
    return statistics.quantiles(taken, n=100)[98]


async def _drip(port: int) -> None:
    """Until the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ended = asyncio.create_task(reader.read())
    with contextlib.suppress(ConnectionError):
        writer.write(b"POST /subscriptions HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nX-Slow: ")
        while not ended.done():
            writer.write(b"a")
            await asyncio.wait([ended], timeout=1)
    with contextlib.suppress(ConnectionError):
        await ended
    writer.close()
