"""An article that stands on the page twice, in elements which no rule knows: for computers, for telephones (PAGES §2).

Known containers are told apart before (`containers`); this is for the lines of pages read by structure.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.parser.page.model import Line

#: A second copy agrees with the first in so many of its lines, and holds so many of them.
_ALIKE = 0.8
_FEWEST = 3
#: Short lines recur in tables and forms; one of this length that does says that an article does.
_TELLING = 20


def first_copy(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """The lines of the first copy, and the warning that the second one differs from it; all lines where there is one.

    A copy repeats the lines in their order, from the first one on, down to the end of the page.
    """
    places = [at for at, line in enumerate(lines) if line.text == lines[0].text]
    if len(places) == 2 and (begin := places[1]) >= _FEWEST:
        first, second = lines[:begin], lines[begin:]
        same = [a.text == b.text for a, b in zip(first, second, strict=False)]
        telling = {line.text for alike, line in zip(same, first, strict=False) if alike and len(line.text) >= _TELLING}
        if telling and sum(same) >= _ALIKE * max(len(first), len(second)):
            differs = len(first) != len(second) or not all(same)
            return tuple(first), (("body_copies_differ",) if differs else ())
    return tuple(lines), ()
