"""Dafu as a watcher beside webchanges, urlwatch and changedetection.io: CPU a page, memory, and what each reported.

Everybody visits the same 200 pages on the same local server (watched_pages.py): new, then with identical bytes, with
new furniture, and with three edits each. The server knows no validators, so every visit brings the whole page. A
peer's start-up is what the same run costs with one page; it is taken off. Dafu's child counts from the first claim on.
The raw limit (watched_limit.py) is what the same pages cost from memory, parsed and committed alone.
Each peer lives in an environment of its own, made from the package index for this run.
"""

from __future__ import annotations

import json
import math
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environment import environment
from benchmarks.table import show
from benchmarks.watched_limit import limit
from benchmarks.watched_pages import CONTAINER, PAGES, STATES, State, Watched, watched

ROUNDS = 3
#: Seconds after which a peer's run is ended.
LONGEST = 180.0
#: (state, peer) -> at least so many times Dafu's pages per CPU-second.
BARS: dict[tuple[State, str], float] = {
    ("new", "urlwatch"): 1,
    ("same", "webchanges"): 60, ("same", "urlwatch"): 8,
    ("furniture", "webchanges"): 25, ("furniture", "urlwatch"): 4,
    ("changed", "webchanges"): 10, ("changed", "urlwatch"): 2,
}  # fmt: skip

Url = Callable[[Watched], str]


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over the pages: CPU seconds, peak memory, what was said."""

    cpu: float
    peak_kib: int
    said: str


@dataclass(frozen=True, slots=True)
class Peer:
    """`configure` writes into a folder what `command` runs there; `first`: the pages are not known yet."""

    name: str
    packages: tuple[str, ...]
    settings: str
    configure: Callable[[Path, Sequence[Watched], Url], None]
    command: Callable[[Path, Path, Sequence[Watched], Url, bool], list[str]]
    #: Pages that a run's output reports as changed.
    reported: Callable[[str], int]


def run() -> bool:
    pages = watched()
    with tempfile.TemporaryDirectory(prefix="dafu-bench-") as folder, _server() as (port, become):
        base = Path(folder)
        url: Url = lambda page: f"http://127.0.0.1:{port}{page.path}"  # noqa: E731
        pythons = {peer.name: Path(environment(base / peer.name / "venv", peer.packages)) for peer in PEERS}
        rounds = []
        for turn in range(ROUNDS):
            ours = _dafu(base / f"dafu{turn}", port, become)
            theirs = {peer.name: _peer(peer, base / peer.name / str(turn), pythons[peer.name], pages, url, become)
                      for peer in PEERS}  # fmt: skip
            rounds.append({"Dafu": ours, **theirs})
        limits = [limit(pages, _made(base / f"limit{turn}")) for turn in range(ROUNDS)]
    return _told(rounds, limits, pages)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextmanager
def _server() -> Iterator[tuple[int, Callable[[State], None]]]:
    command = [sys.executable, "-m", "benchmarks.watched_server"]
    with _talking(command) as (say, hear):
        port = int(hear())

        def become(state: State) -> None:
            say(state)
            hear()

        yield port, become


@contextmanager
def _talking(command: Sequence[str]) -> Iterator[tuple[Callable[[str], None], Callable[[], str]]]:
    """A child that is spoken to in lines; it ends when its stdin does."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        stdin, stdout = child.stdin, child.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the child has no pipes")

        def say(line: str) -> None:
            stdin.write(f"{line}\n")
            stdin.flush()

        yield say, stdout.readline
        stdin.close()


Passes = dict[State, Run]


def _dafu(folder: Path, port: int, become: Callable[[State], None]) -> Passes:
    folder.mkdir(parents=True)
    passes: Passes = {}
    with _talking([sys.executable, "-m", "benchmarks.watching_child", str(port), str(folder)]) as (say, hear):
        for state in STATES:
            become(state)
            say(state)
            answer = json.loads(hear())
            passes[state] = Run(answer["cpu"] / PAGES, answer["peak_kib"], json.dumps(answer["told"]))
    return passes


def _peer(
    peer: Peer, folder: Path, python: Path, pages: Sequence[Watched], url: Url, become: Callable[[State], None]
) -> Passes:
    passes: Passes = {}
    one, all_of_them = folder / "one", folder / "all"
    for where, some in ((one, pages[:1]), (all_of_them, pages)):
        where.mkdir(parents=True)
        peer.configure(where, some, url)
    for state in STATES:
        become(state)
        start = _measured(peer.command(python.parent, one, pages[:1], url, state == "new"), one)
        whole = _measured(peer.command(python.parent, all_of_them, pages, url, state == "new"), all_of_them)
        passes[state] = Run((whole.cpu - start.cpu) / (len(pages) - 1), whole.peak_kib, whole.said)
    return passes


def _measured(command: Sequence[str], folder: Path) -> Run:
    """CPU and memory of a whole command, as the kernel counted them; one that does not end has no CPU to its name."""
    quiet = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    with (folder / "said").open("w+", encoding="utf-8") as said:
        child = subprocess.Popen(command, cwd=folder, stdout=said, stderr=subprocess.STDOUT, env={**quiet, **_LOCAL})
        too_long = threading.Timer(LONGEST, child.kill)
        too_long.start()
        _, status, used = os.wait4(child.pid, 0)
        too_long.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        cpu = used.ru_utime + used.ru_stime if child.returncode != -signal.SIGKILL else math.nan
        return Run(cpu, used.ru_maxrss, said.read())


#: changedetection.io refuses loopback unless it is told otherwise, and asks its maker for news.
_LOCAL = {"ALLOW_IANA_RESTRICTED_ADDRESSES": "true", "DISABLE_VERSION_CHECK": "true"}


def _urlwatch(folder: Path, pages: Sequence[Watched], url: Url) -> None:
    _jobs(folder, pages, url, "filter", [{"css": CONTAINER}, {"html2text": "re"}])


def _webchanges(folder: Path, pages: Sequence[Watched], url: Url) -> None:
    _jobs(folder, pages, url, "filters", [{"css": CONTAINER}])


def _jobs(folder: Path, pages: Sequence[Watched], url: Url, name: str, filters: Sequence[Mapping[str, str]]) -> None:
    """YAML documents, which JSON is."""
    jobs = ({"name": f"p{page.n}", "url": url(page), name: filters} for page in pages)
    (folder / "jobs.yaml").write_text("\n---\n".join(map(json.dumps, jobs)) + "\n", encoding="utf-8")
    (folder / "hooks.py").write_text("", encoding="utf-8")


def _no_files(folder: Path, pages: Sequence[Watched], url: Url) -> None:
    """Everything is in the command."""


def _urlwatch_command(bin_: Path, folder: Path, pages: Sequence[Watched], url: Url, first: bool) -> list[str]:
    return [str(bin_ / "urlwatch"), "--urls", "jobs.yaml", "--config", "config.yaml", "--hooks", "hooks.py",
            "--cache", "cache.db"]  # fmt: skip


def _webchanges_command(bin_: Path, folder: Path, pages: Sequence[Watched], url: Url, first: bool) -> list[str]:
    return [str(bin_ / "webchanges"), "--jobs", "jobs.yaml", "--config", "config.yaml", "--hooks", "hooks.py",
            "--database", "snapshots.db"]  # fmt: skip


def _changedetection_command(bin_: Path, folder: Path, pages: Sequence[Watched], url: Url, first: bool) -> list[str]:
    command = [str(bin_ / "changedetection.io"), "-d", "data", "-b", "-p", "5999", "-l", "INFO"]
    if not first:
        return [*command, "-r", "all"]
    settings = json.dumps({"include_filters": [CONTAINER], "fetch_backend": "html_requests"})
    added = [part for at, page in enumerate(pages) for part in ("-u", url(page), f"-u{at}", settings)]
    return [*command, "-C", *added]


PEERS = (
    Peer("webchanges", ("webchanges",), f"filters: css {CONTAINER}; default client, unified diff to stdout",
         _webchanges, _webchanges_command, lambda said: len(re.findall(r"^\d+\. CHANGED: ", said, re.MULTILINE))),
    Peer("urlwatch", ("urlwatch", "cssselect"), f"filter: css {CONTAINER}, html2text: re; unified diff to stdout",
         _urlwatch, _urlwatch_command, lambda said: len(re.findall(r"^\d+\. CHANGED: ", said, re.MULTILINE))),
    Peer("changedetection.io", ("changedetection.io",), f"batch mode; include_filters {CONTAINER}, html_requests",
         _no_files, _changedetection_command, lambda said: said.count("Change detected in UUID")),
)  # fmt: skip


def _told(
    rounds: Sequence[Mapping[str, Passes]], limits: Sequence[Mapping[State, float]], pages: Sequence[Watched]
) -> bool:
    names = list(rounds[0])
    print("\nconfiguration")
    for peer in PEERS:
        print(f"  {peer.name}: {peer.settings}")
    cpu = {(name, state): statistics.median(one[name][state].cpu for one in rounds) * 1000
           for name in names for state in STATES}  # fmt: skip
    show(
        f"watching: CPU ms a page, {PAGES} pages, median of {ROUNDS} rounds, start-up taken off",
        ("", *STATES, "peak MiB"),
        [(name, *(f"{cpu[name, state]:.2f}" for state in STATES),
          f"{max(run.peak_kib for run in rounds[0][name].values()) / 1024:.0f}") for name in names],
    )  # fmt: skip
    _share(limits, cpu)
    met = _bars(rounds)
    return _reports(rounds[0], pages) and met


def _share(limits: Sequence[Mapping[State, float]], cpu: Mapping[tuple[str, State], float]) -> None:
    raw = {state: statistics.median(one[state] for one in limits) * 1000 for state in STATES}
    show(
        "of the raw limit: pages from memory, parsed by lexbor and committed, nothing else",
        ("", *STATES),
        [("limit, CPU ms a page", *(f"{raw[state]:.3f}" for state in STATES)),
         *((f"{name}: share of the limit's speed", *(f"{raw[state] / cpu[name, state]:.1%}" for state in STATES))
           for name in sorted({name for name, _ in cpu}))],
    )  # fmt: skip


def _bars(rounds: Sequence[Mapping[str, Passes]]) -> bool:
    rows, met = [], True
    for (state, name), bar in BARS.items():
        ratio = statistics.median(one[name][state].cpu / one["Dafu"][state].cpu for one in rounds)
        met = met and ratio >= bar
        rows.append((f"{state}: {name}", f"{ratio:.2f}", f"{bar:g}", "met" if ratio >= bar else "MISSED"))
    show("its CPU over Dafu's, the same round", ("", "times", "at least", ""), rows)
    return met


def _reports(passes: Mapping[str, Passes], pages: Sequence[Watched]) -> bool:
    found, extra = _explained(json.loads(passes["Dafu"]["changed"].said), pages)
    edits = sum(len(page.edits) for page in pages)
    quiet = sum(len(json.loads(passes["Dafu"][state].said)) for state in ("same", "furniture"))
    rows = [("Dafu", str(quiet), f"{found} of {edits} edits, each with its type, before and after; {extra} others")]
    for peer in PEERS:
        said = {state: peer.reported(run.said) for state, run in passes[peer.name].items()}
        rows.append((peer.name, str(said["same"] + said["furniture"]), f"{said['changed']} of {len(pages)} pages"))
    show("what was reported", ("", "alerts without an edit", "when the pages were edited"), rows)
    return found == edits and extra == 0 and quiet == 0


def _explained(told: Sequence[Mapping[str, Any]], pages: Sequence[Watched]) -> tuple[int, int]:
    """Edits that a change of their page names, and changes that name none."""
    by_path = {page.path: page for page in pages}
    found = extra = 0
    for event in told:
        data = event["data"]
        page = next(page for path, page in by_path.items() if data["document"]["url"].endswith(path))
        named = [{(edit.line, edit.start) for edit in page.edits if _names(change, edit.old, edit.new)}
                 for change in data["changes"]]  # fmt: skip
        found += len(set().union(*named))
        extra += sum(not one for one in named)
    return found, extra


def _names(change: Mapping[str, Any], old: str, new: str) -> bool:
    return old in str(change["before"]) and new in str(change["after"])
