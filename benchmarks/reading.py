"""Bytes to structured document (metadata, sections, units; no commitments) beside what peers take for the bare text."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from benchmarks import reading_peers
from benchmarks.environment import environment
from benchmarks.material import pages
from benchmarks.table import show
from benchmarks.timing import cpu_ms
from services.parser.page.extract import read_page
from services.parser.page.model import Page
from services.parser.reading.read import read_structure

#: At least so many times trafilatura's pages per CPU-second.
BAR = 8.0
PEERS = ("trafilatura", "readability-lxml", "lxml_html_clean")
ROUNDS = 5

Figures = dict[str, dict[str, float | None]]


def run() -> bool:
    material = pages()
    rows = _measured(material)
    names = list(next(iter(rows.values())))
    show(
        f"reading: CPU ms a page, {len(rows)} pages, median of {ROUNDS}, our caches emptied before each round",
        ("page", "KB", "characters", *names),
        [(name, f"{len(material[name]) / 1000:.0f}", f"{len(read_page(material[name]).text)}",
          *(_figure(row[each]) for each in names)) for name, row in rows.items()],
    )  # fmt: skip
    return _summary(rows)


def _structured(body: bytes) -> Page:
    page = read_page(body)
    read_structure(page)
    return page


def _ours(body: bytes) -> dict[str, float | None]:
    return {
        "dafu, lines": cpu_ms(partial(read_page, body), ROUNDS),
        "dafu, structured": cpu_ms(partial(_structured, body), ROUNDS),
    }


def _figure(milliseconds: float | None) -> str:
    return "-" if milliseconds is None else f"{milliseconds:.2f}"


def _summary(rows: Mapping[str, Mapping[str, float | None]]) -> bool:
    """Pages per CPU-second over all pages both sides could read, and the median of the pages' own ratios."""
    table = []
    whole = 0.0
    for name in next(iter(rows.values())):
        both = [(row["dafu, structured"] or 0, row[name] or 0) for row in rows.values() if row[name] is not None]
        ours, theirs = (sum(column) for column in zip(*both, strict=True))
        ratio = statistics.median(its / own for own, its in both)
        table.append((name, f"{len(both) / theirs * 1000:.1f}", f"{theirs / ours:.2f}", f"{ratio:.2f}"))
        whole = theirs / ours if name == "trafilatura" else whole
    head = ("", "pages per CPU-second", "its time / dafu, structured", "median ratio of a page")
    show("reading: in all", head, table)
    print(f"\nbar: dafu, structured at least {BAR:g} times trafilatura: {whole:.2f}, {_verdict(whole)}")
    return whole >= BAR


def _verdict(ratio: float) -> str:
    return "met" if ratio >= BAR else "MISSED"


def _measured(material: Mapping[str, bytes]) -> Figures:
    """Ours and theirs page by page, so that what else the machine does meets both alike."""
    with tempfile.TemporaryDirectory(prefix="dafu-bench-") as folder:
        python = environment(Path(folder) / "venv", PEERS)
        file = Path(folder) / "page.html"
        command = [python, str(reading_peers.__file__), str(ROUNDS)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
            rows = {}
            for name, body in material.items():
                file.write_bytes(body)
                rows[name] = _ours(body) | _asked(process, file)
        return rows


def _asked(process: subprocess.Popen[str], file: Path) -> dict[str, float | None]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("the peers' process has no pipes")
    process.stdin.write(f"{file}\n")
    process.stdin.flush()
    figures: dict[str, float | None] = json.loads(process.stdout.readline())
    return figures
