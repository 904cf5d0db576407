"""What a browser shows of the corpus's pages, against corpus_truth.toml; needs DAFU_CORPUS and Chromium on the PATH:

    PYTHONPATH=tests python -m parser.page.browser_truth

Each page is rendered without its scripts, styles and pictures, nothing is loaded, and its lines are counted as the
browser breaks them: from the first paragraph of the truth to the last, a table row a line. Exits 1 where they differ.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from services.parser.page.decode import decode
from services.parser.page.extract import read_page
from services.parser.text.layers import canonical

_ROW = "@row@"
_OUT = re.compile(r'(?s)<pre id="out">(.*?)</pre>')
_LEFT_OUT = re.compile(r"(?is)<(script|style|iframe)\b.*?</\1>|<(?:link|img|meta[^>]*charset)[^>]*>")
_SCRIPT = """<script>window.addEventListener("load", () => {
for (const row of document.querySelectorAll("tr"))
  if (!row.querySelector("table") && row.innerText.trim() && row.querySelectorAll("p").length < 9 * row.cells.length)
  row.textContent = "@row@" + row.innerText.replace(/\\s+/g, " ");
const text = document.body.innerText; document.open(); document.write('<pre id="out"></pre>'); document.close();
document.getElementById("out").textContent = text })</script>"""
_CHROMIUM = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"]


def shown(body: bytes, folder: Path) -> list[str]:
    """The lines a browser shows, without white space; a table row's begin with @row@."""
    markup = _LEFT_OUT.sub("", decode(body, None).text).replace("visibility: hidden", "")
    file = folder / "page.html"
    file.write_text(f"<!DOCTYPE html><meta charset=utf-8>{markup}{_SCRIPT}", encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    alone = "--host-resolver-rules=MAP * 127.0.0.1:9"
    command = [*_CHROMIUM, "--virtual-time-budget=2000", profile, alone, f"file://{file}"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    found = _OUT.search(answer)
    return [line for each in html.unescape(found[1] if found else "").split("\n") if (line := _bare(each))]


def _bare(text: str) -> str:
    return "".join(canonical(text).split())


def difference(truth: dict[str, Any], body: bytes, folder: Path) -> str | None:
    """What the browser shows otherwise than the truth says; rows may also stand behind the last paragraph."""
    lines = shown(body, folder)
    ends = [[at for at, line in enumerate(lines) if line.startswith(_bare(truth[name]))] for name in ("first", "last")]
    if not all(ends):
        return "first or last paragraph not shown"
    seen = [line for line in lines[ends[0][0] : ends[1][-1] + 1] if not line.startswith(_ROW)]
    read = read_page(body).lines
    bars = set(seen) - {_bare(line.text) for line in read}
    rows = {line.removeprefix(_ROW) for line in lines if line.startswith(_ROW)}
    unseen = [line.text for line in read if line.table_row and _bare(line.text) not in rows]
    paragraphs = len([line for line in seen if line not in bars])
    if paragraphs != truth["paragraphs"] or any("。" in bar for bar in bars) or unseen:
        return f"{paragraphs} paragraphs, {len(unseen)} rows not shown, not read: {sorted(bars)[:3]}"
    return None


def main() -> int:
    truths = tomllib.loads(Path(__file__).with_name("corpus_truth.toml").read_text(encoding="utf-8"))["page"]
    differing = 0
    with tempfile.TemporaryDirectory() as folder:
        for truth in truths:
            body = (Path(os.environ["DAFU_CORPUS"]) / truth["file"]).read_bytes()
            found = difference(truth, body, Path(folder))
            differing += found is not None
            print(truth["file"], found or "as the browser shows it", flush=True)
    print(f"{len(truths)} pages, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
