"""The short form of replicas.py: three fetchers, three kills, and what the hosts saw of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fetcher import replicas


def test_killed_fetchers_disturb_no_host_skip_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    report = asyncio.run(replicas.torment(f"sqlite:///{tmp_path / 'dafu.sqlite'}", 3))
    assert report.good, str(report)
    assert report.letters == replicas.HOSTS * replicas.LETTERS
    # every letter once, and the lists again and again; how often depends on how fast the machine is
    assert report.requests > report.letters


def test_what_the_hosts_saw_is_judged() -> None:
    """The judge itself: two at once, too soon without a reason, too soon after a kill."""
    asked = [
        replicas.Asked("h", "/jyta/", "a", 0.0, 0.3),
        replicas.Asked("h", "/jyta/t1.html", "b", 0.2, 0.4),
        replicas.Asked("h", "/jyta/", "a", 1.0, 1.1),
        replicas.Asked("h", "/jyta/", "b", 3.0, 3.1),
    ]
    report = replicas.judged(asked, {"a": 1.5}, 1, 0, 0)
    assert (report.overlaps, report.again, report.again_killed) == (1, 0, 2)
    report = replicas.judged(asked, {}, 0, 0, 0)
    assert (report.again, report.good) == (2, False)
    burst = [replicas.Asked("h", f"/{n}", "a", n * 0.1, n * 0.1 + 0.01) for n in range(15)]
    assert replicas.judged(burst, {}, 0, 0, 0).most > replicas.WINDOW + 1
