"""Every problem leads to the page that explains it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

import services.api
import services.egress
from services.api.problem_types import problem_types

pytestmark = pytest.mark.anyio
CODES = (
    re.compile(r'problem\(\s*\d{3}, "([a-z_]+)"'),
    re.compile(r'\b\d{3}, "([a-z_]+)"\),'),
    re.compile(r'Refusal\("([a-z_]+)"'),
)


def test_every_code_in_the_source_is_explained() -> None:
    rooms = (Path(next(iter(room.__path__))) for room in (services.api, services.egress))
    texts = [path.read_text("utf-8") for room in rooms for path in room.rglob("*.py")]
    used = {code for text in texts for pattern in CODES for code in pattern.findall(text)}
    assert len(used) > 12
    assert used <= problem_types().keys()


@pytest.mark.parametrize("path", ["/documents/doc_unknown", "/documents?limit=0", "/documents?cursor=x", "/nowhere"])
async def test_the_type_of_a_problem_leads_somewhere(reader: httpx.AsyncClient, path: str) -> None:
    problem = (await reader.get(path)).json()
    address, _, code = problem["type"].partition("#")
    page = await reader.get(address)
    assert page.status_code == 200
    assert f'id="{code}"' in page.text
    assert problem["status"] == problem_types()[code].status


async def test_what_only_the_status_says_is_about_blank(reader: httpx.AsyncClient) -> None:
    assert (await reader.put("/documents", json={})).json()["type"].endswith("#method_not_allowed")
