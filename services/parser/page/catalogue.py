"""The 信息公开目录 block of a page: index number, issuing body, document number, dates (PAGES §3).

    labels in the page's HTML ─► the stretch around them ─► its lines ─► label and value, in any of three forms

A table (label cell, value cell), rows parted by `|`, or a line (bullet) each. White space inside a label never
counts; spellings are mapped to the standard's. A heading row of a table of documents is no catalogue: its labels have
no values.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser

from services.parser.lexicon import load
from services.parser.page.lines import Row, read_rows
from services.parser.text.layers import match

_SPELLINGS: dict[str, list[str]] = load("head")["catalogue"]
_STANDARD = {spelling: label for label, spellings in _SPELLINGS.items() for spelling in spellings}

_LONGEST_LABEL = max(map(len, _STANDARD))
#: What may stand before a short label, which is a word like others; a long one counts even glued to the value before it
#: (`<span>…</span><span>发布机构：`).
_BOUNDARY = frozenset(" \t;[【●•·▪■◆*")
_LONG = 4
_CELLS = re.compile(r"[\t|│┃]")
_PIPE = re.compile("[|│┃]")
_BULLET = re.compile(r"^[\s●•·▪■◆*\[【]+")
#: Labels that nothing else on a page looks like; what the page is searched for.
_TELLING: list[str] = load("head")["catalogue_search"]["labels"]
_ANY_TELLING = re.compile("|".join(map(re.escape, _TELLING)))
#: Each label with its characters as they may be spaced in the HTML.
_FORMS = {
    label: tuple(
        dict.fromkeys(
            (label, label.replace(" ", "&nbsp;"), label.replace("\u00a0", "&nbsp;"), label.replace(" ", "\u3000"))
        )
    )
    for label in _TELLING
}
_MARKS = frozenset("●•·▪■◆*")
#: A longer bullet says something of its own.
_SHORT = 60
#: [发布机构] X: a label in brackets in place of a colon.
_BRACKETED = re.compile(r"[\[【]([^\[\]【】:]{2,8})[\]】](?!:)")
_OPENINGS = ("<table", "<ul", "<dl", "<div", "<p", "<section")
_FEWEST = 3
_BEFORE, _AFTER, _FAR = 2_000, 1_500, 3_000
_LONGEST_VALUE = 200
_LONGEST_CELL = 600


def read_catalogue(html: str, text: str) -> dict[str, str]:
    """Label as the standard spells it -> value, in page order; empty without a block of at least three labels.

    `text` is the page's text: what it does not name is not searched for in its HTML.
    """
    stretch = _stretch(html, dict.fromkeys(_ANY_TELLING.findall(text)))
    if stretch is None:
        return {}
    tree = LexborHTMLParser(stretch)
    for node in tree.css("script,style,select,button"):
        node.decompose()
    return of_rows(read_rows(tree.body.html or "") if tree.body is not None else [])


def of_rows(rows: Sequence[Row]) -> dict[str, str]:
    """As `read_catalogue`, of lines that may hold a block: the first ones of a text file."""
    pairs = list(_pairs(rows))
    if len({label for label, _ in pairs}) < _FEWEST:
        return {}
    catalogue: dict[str, str] = {}
    for label, value in pairs:
        if value and len(value) <= _LONGEST_VALUE:
            catalogue.setdefault(label, value)
    return catalogue


def is_catalogue_row(row: Row, catalogue: dict[str, str]) -> bool:
    """Whether a line of the article's element belongs to the block that `catalogue` was read from."""
    first = _CELLS.split(row.source[: 4 * _LONGEST_LABEL], maxsplit=1)[0]
    matched = _with_colons(match(first))
    if not row.table_row and ":" not in matched and _PIPE.search(row.source) is None:
        return False
    if not any(_cell_pairs(first, matched)):
        return False
    return all(not value or catalogue.get(label) == value for label, value in _pairs([row]))


def surplus(rows: Sequence[Row], catalogue: dict[str, str]) -> set[int]:
    """Which of the first rows of the article's element belong to the block though they have no label beside a value:
    a label on a line of its own with its value on the next, and bullets between labelled bullets that lost their label.
    """
    if not catalogue:
        return set()
    found: set[int] = set()
    label = None
    labelled: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        bare = _BULLET.sub("", row.source).strip()
        if label and catalogue.get(label) == bare:
            found.add(at)
        alone = "".join(match(bare).split()).rstrip(":")
        label = _STANDARD.get(alone)
        if label and len(bare) < 2 * _LONGEST_LABEL:
            found.add(at)
        if label or is_catalogue_row(row, catalogue):
            labelled.setdefault(row.source[:1], []).append(at)
    for mark, places in labelled.items():
        if mark in _MARKS and len(places) > 1:
            found.update(
                at
                for at in range(places[0], places[-1])
                if rows[at].source[:1] == mark and len(rows[at].source) < _SHORT
            )
    return found


def _stretch(html: str, labels: Collection[str]) -> str | None:
    if len(labels) < 2:
        return None
    cluster = _cluster(html, labels)
    if len(cluster) < 2:
        return None
    start = max(html.rfind(opening, max(0, cluster[0] - _BEFORE), cluster[0]) for opening in _OPENINGS)
    table = html.rfind("<table", max(0, cluster[0] - _BEFORE), cluster[0])
    if table > html.rfind("</table", max(0, cluster[0] - _BEFORE), cluster[0]):
        start = table
    end = html.find("</table", cluster[-1], cluster[-1] + _AFTER) if start == table else -1
    return html[max(0, start) : end if end > 0 else cluster[-1] + _AFTER]


def _cluster(html: str, labels: Collection[str]) -> list[int]:
    """Where most of the labels stand near each other, ascending; a script or a menu may name one of them before."""
    best: list[int] = []
    for label in labels:
        for anchor in _places(html, label, 0, len(html)):
            around = max(0, anchor - _FAR), anchor + _FAR
            near = sorted(place for each in labels for place in _places(html, each, *around))
            best = max(best, near, key=len)
        if len(best) >= len(labels):
            break
    return best


def _places(html: str, label: str, start: int, end: int) -> Iterator[int]:
    """Where a label first stands in `html[start:end]`, in each of its forms."""
    return (place for form in _FORMS[label] if (place := html.find(form, start, end)) >= 0)


def _pairs(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Labels with their values, "" where a label has none."""
    read = _cells(rows)
    alone = _labels_stand_alone(read)
    pending: str | None = None
    for row, cells in zip(rows, read, strict=True):
        for text, found in cells:
            if not found and pending and text:
                if not text.endswith((":", "：")):  # an addressee, below a block whose last label is empty
                    yield pending, _BULLET.sub("", text)
                pending = None
            elif found:
                if pending:
                    yield pending, ""
                yield from found[:-1]
                label, value = found[-1]
                pending = None if value else label
                if value:
                    yield label, value
        if pending and (row.table_row or not alone):
            yield pending, ""
            pending = None


_CellRead = tuple[str, list[tuple[str, str]]]


def _cells(rows: Sequence[Row]) -> list[list[_CellRead]]:
    """Each row's cells: the text, and the labels in it with what follows each."""
    matched = _with_colons(match("\n".join(row.source for row in rows))).split("\n")
    return [[*_row_cells(row.source, line)] for row, line in zip(rows, matched, strict=False)]


def _with_colons(matched: str) -> str:
    """Labels in brackets as labels before a colon, of the same length."""
    if "[" not in matched and "【" not in matched:
        return matched
    return _BRACKETED.sub(lambda found: f" {found[1]}:" if found[1] in _STANDARD else found[0], matched)


def _row_cells(source: str, matched: str) -> Iterator[_CellRead]:
    start = 0
    for parting in (*_CELLS.finditer(matched), None):
        end = parting.start() if parting else len(matched)
        yield source[start:end].strip(), [*_cell_pairs(source[start:end], matched[start:end])]
        start = parting.end() if parting else end


def _labels_stand_alone(read: Iterable[list[_CellRead]]) -> bool:
    """Labels and values on alternate lines (dt and dd, two divs): only believed where most labels stand so."""
    alone = [not value for cells in read if len(cells) == 1 for _, value in cells[0][1]]
    return sum(alone) >= _FEWEST and sum(alone) > len(alone) // 2


def _cell_pairs(cell: str, matched: str) -> Iterator[tuple[str, str]]:
    if len(cell) > _LONGEST_CELL:
        return
    found = [*_labels(matched)]
    for at, (label, _, value_start) in enumerate(found):
        end = found[at + 1][1] if at + 1 < len(found) else len(cell)
        yield label, cell[value_start:end].strip().rstrip(";；】][【").strip()
    if not found and len(cell) < 2 * _LONGEST_LABEL:
        bare = "".join(_BULLET.sub("", matched).split())
        if bare in _STANDARD:
            yield _STANDARD[bare], ""


def _labels(matched: str) -> Iterator[tuple[str, int, int]]:
    """(standard label, its start, where its value starts) for each label before a colon."""
    colon = matched.find(":")
    while colon >= 0:
        if found := _label_before(matched, colon):
            yield _STANDARD[found[0]], found[1], colon + 1
        colon = matched.find(":", colon + 1)


def _label_before(matched: str, colon: int) -> tuple[str, int] | None:
    """The longest label that ends at `colon`, spaces inside it skipped."""
    longest: tuple[str, int] | None = None
    spelled = ""
    for at in range(colon - 1, max(-1, colon - 3 * _LONGEST_LABEL), -1):
        if matched[at] in " \t]】" and (not spelled or matched[at] == " "):
            continue
        spelled = matched[at] + spelled
        if len(spelled) > _LONGEST_LABEL:
            break
        before = matched[at - 1] if at else " "
        if spelled in _STANDARD and (
            len(spelled) >= _LONG or spelled == "索引号" or before in _BOUNDARY or before.isdigit()
        ):
            longest = (spelled, at)
    return longest
