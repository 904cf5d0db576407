"""The import table as data (DESIGN §1): who may import whom, and which packages open which rooms."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICES = Path(__file__).parent.parent / "services"

PURE = {"parser.page", "parser.text", "parser.reading", "parser.compare", "parser.lexicon", "parser.files"}
EDGE = {"settings", "logs", "seeds"}
ACTING = {"domain", "storage", "bus", "egress", "metrics"} | PURE

#: room -> rooms it may import; the longest matching name of a module is its room.
ROOMS: dict[str, set[str]] = {
    "domain": set(),
    "settings": {"domain"},
    "logs": set(),
    "seeds": {"domain"},
    "storage": {"domain"},
    "bus": {"domain", "storage"},
    "egress": {"domain"},
    "metrics": set(),
    "health": {"domain", "storage", "bus", "metrics"},
    "parser.lexicon": set(),
    "parser.files": {"domain", "parser.page", "parser.text"},
    "parser.text": {"domain", "parser.lexicon"},
    "parser.page": {"domain", "parser.text", "parser.lexicon"},
    "parser.reading": {"domain", "parser.text", "parser.page", "parser.lexicon"},
    "parser.compare": {"domain", "parser.text", "parser.page", "parser.reading", "parser.lexicon"},
    "parser": ACTING,
    "fetcher": ACTING,
    "api": {*ACTING, "api.web", "health"},
    "api.web": {*ACTING, "api"},
    "line": {*ACTING, *EDGE, "health", "parser", "fetcher", "api"},
    "replay": {*ACTING, *EDGE, "parser", "fetcher", "api", "line"},
    "demo": {*ACTING, *EDGE, "parser", "fetcher", "api", "line", "replay"},
    "commands": {*ACTING, *EDGE, "health", "parser", "fetcher", "api", "api.web", "line", "replay", "demo"},
    "cli": {"domain", "commands"},
}

#: room -> packages beyond the standard library.
PACKAGES: dict[str, set[str]] = {
    "domain": set(),
    "settings": {"pydantic", "pydantic_settings"},
    "logs": {"structlog"},
    "seeds": set(),
    "storage": {"sqlalchemy", "alembic", "pydantic", "backports", "compression"},
    "bus": {"sqlalchemy", "redis", "structlog"},
    "egress": {"httpx", "httpx_aiohttp", "aiohttp", "structlog"},
    "metrics": {"prometheus_client"},
    "health": {"sqlalchemy", "redis", "prometheus_client"},
    "parser.lexicon": set(),
    "parser.files": {"pypdf", "docx", "lxml", "openpyxl"},
    "parser.text": {"opencc"},
    "parser.page": {"selectolax"},
    "parser.reading": set(),
    "parser.compare": set(),
    "parser": {"sqlalchemy", "structlog"},
    "fetcher": {"sqlalchemy", "apscheduler", "protego", "structlog", "warcio"},
    "api": {
        "sqlalchemy",
        "fastapi",
        "fastapi_offline",
        "starlette",
        "pydantic",
        "cryptography",
        "structlog",
        "limits",
        "uvicorn",
        "h11",
        "icalendar",
    },
    "api.web": {"sqlalchemy", "fastapi", "starlette", "pydantic", "structlog", "jinja2", "markupsafe", "nh3"},
    "line": {"fastapi", "uvicorn", "structlog"},
    "replay": {"sqlalchemy", "httpx", "structlog"},
    "demo": {"sqlalchemy", "rich", "uvicorn", "structlog", "starlette"},
    "commands": {"rich", "uvicorn", "structlog", "pydantic"},
    "cli": {"typer"},
}

#: What pure code may not touch: no clock, no randomness, no I/O, no concurrency.
IMPURE_MODULES = {"time", "random", "secrets", "socket", "asyncio", "threading", "subprocess", "os", "tempfile"}


def room_of(module: str) -> str:
    """`services.parser.text.layers` -> `parser.text`; modules directly in a room belong to it."""
    parts = module.split(".")[1:]
    for length in (2, 1):
        name = ".".join(parts[:length])
        if name in ROOMS:
            return name
    raise AssertionError(f"{module} is in no room of the table")


def module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def violations(source: str, module: str) -> list[str]:
    """Every rule of the table that one module breaks."""
    if module == "services":
        return []
    room, tree, found = room_of(module), ast.parse(source), []
    for name in imports(tree):
        top = name.split(".")[0]
        if top == "services":
            target = room_of(name)
            if target != room and target not in ROOMS[room]:
                found.append(f"{module} imports {name}: {room} may not use {target}")
        elif top not in sys.stdlib_module_names and top not in PACKAGES[room]:
            found.append(f"{module} imports {name}: {room} may not use that package")
        elif room in PURE and top in IMPURE_MODULES:
            found.append(f"{module} imports {name}: pure code has no clock, randomness or I/O")
    if room in PURE and room != "parser.lexicon":
        found += [f"{module} calls {call}()" for call in impure_calls(tree)]
    return found


def impure_calls(tree: ast.AST) -> Iterator[str]:
    """`datetime.now()`, `date.today()`, `open()` … however the class was reached."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called == "open" or re.search(r"(^|\.)(datetime|date)\.(now|utcnow|today)$", called):
            yield called


def modules() -> list[Path]:
    return sorted(path for path in SERVICES.rglob("*.py") if "_seeds" not in path.parts)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SERVICES)))
def test_a_module_keeps_to_the_table(path: Path) -> None:
    assert violations(path.read_text(encoding="utf-8"), module_name(path, SERVICES)) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("services.domain.event", "import httpx"),
        ("services.domain.event", "from services.storage.tables import source"),
        ("services.parser.text.layers", "import selectolax"),
        ("services.parser.reading.read", "import random"),
        ("services.parser.reading.read", "datetime.now()"),
        ("services.parser.page.extract", "from services.parser.handle import handle"),
        ("services.fetcher.visit", "from services.parser.handle import handle"),
        ("services.api.app", "from services.fetcher.visit import visit"),
        ("services.storage.pages", "from services.bus.database import publish"),
        ("services.egress.door", "import requests"),
    ],
)
def test_a_planted_violation_is_found(module: str, line: str) -> None:
    assert violations(line, module)


def test_no_room_is_called_by_a_name_that_excludes_nothing() -> None:
    forbidden = {"common", "core", "utils", "helpers", "misc", "shared"}
    assert not [path for path in modules() if {path.stem, *path.parts} & forbidden]


def test_no_circles_between_modules() -> None:
    graph = {
        module_name(path, SERVICES): {
            name for name in imports(ast.parse(path.read_text(encoding="utf-8"))) if name.startswith("services.")
        }
        for path in modules()
    }
    state: dict[str, int] = {}

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert state.get(module) != 1, " -> ".join((*trail, module))
        if state.get(module) == 2 or module not in graph:
            return
        state[module] = 1
        for name in graph[module]:
            visit(name, (*trail, module))
        state[module] = 2

    for module in graph:
        visit(module, ())
