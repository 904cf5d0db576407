"""The local official site: one list page, article pages in two page families, furniture that never stands still."""

from __future__ import annotations

import html
import itertools
import re
from datetime import datetime
from importlib.resources import files
from string import Template

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from services.demo.script import DemoPage, Script, State
from services.domain.clock import Clock

LIST_PATH = "/zwgk/jytabl/"
_FULL_WIDTH = str.maketrans({",": "，", ":": "：", ";": "；", "(": "（", ")": "）"})
_TITLE_ON_LIST = 18


class DemoSite:
    """Answers as `script` says at the clock's time; every request moves the view counter."""

    def __init__(self, script: Script, clock: Clock) -> None:
        self._script = script
        self._clock = clock
        self._counter = itertools.count(1208)
        self._templates = {
            name: Template(files("services.demo").joinpath(f"pages/{name}.html").read_text(encoding="utf-8"))
            for name in ("trs", "hanweb", "list", "challenge")
        }
        self.app = Starlette(routes=[Route("/{path:path}", self._answer)])

    async def _answer(self, request: Request) -> HTMLResponse:
        now = self._clock()
        if request.url.path == LIST_PATH:
            return HTMLResponse(self._list(now))
        for page in self._script.pages:
            if page.path == request.url.path and (state := self._script.state(page, now)):
                return self._article(page, state)
        return HTMLResponse("<html><body>404</body></html>", status_code=404)

    def _article(self, page: DemoPage, state: State) -> HTMLResponse:
        if state.gone:
            return HTMLResponse("<html><body>404 Not Found</body></html>", status_code=404)
        if state.challenged:
            return HTMLResponse(self._templates["challenge"].substitute())
        related = "".join(
            f'<li><a href="/zwgk/{n}.html">{html.escape(t)}</a></li>' for n, t in enumerate(state.related)
        )
        return HTMLResponse(
            self._templates[page.family].substitute(
                site=html.escape(self._script.source["name"]),
                agency=html.escape(self._script.source["agency"]),
                title=html.escape(page.title),
                published=page.published,
                counter=next(self._counter),
                body=_paragraphs(state.text),
                related=related,
            )
        )

    def _list(self, now: datetime) -> str:
        standing = [page for page in self._script.pages if (state := self._script.state(page, now)) and not state.gone]
        rows = [_row(page) for page in sorted(standing, key=lambda page: page.published, reverse=True)]
        return self._templates["list"].substitute(site=html.escape(self._script.source["name"]), items="\n".join(rows))


def _row(page: DemoPage) -> str:
    title = html.escape(page.title)
    shown = title if len(title) <= _TITLE_ON_LIST else title[:_TITLE_ON_LIST] + "..."
    return (
        f'<li><a href="{page.path}" title="{title}" target="_blank">{shown}</a><span>{page.published[:10]}</span></li>'
    )


def _paragraphs(text: str) -> str:
    """Lines as a real editor leaves them: full-width punctuation, ideographic indents."""
    lines = [
        re.sub(r"(?<!\d)[,:;()]|[,:;()](?!\d)", lambda m: m[0].translate(_FULL_WIDTH), line)
        for line in text.split("\n")
    ]
    return "\n".join(f"<p>\u3000\u3000{html.escape(line, quote=False)}</p>" for line in lines)
