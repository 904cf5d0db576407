"""What the API says about a letter whose target was lowered."""

from __future__ import annotations

import re

import httpx
import pytest

pytestmark = pytest.mark.anyio
LETTER = "https://mzj.linjiang.example.gov.cn/zwgk/jytabl/202303/t20230321_4410217.html"


async def the_letter(reader: httpx.AsyncClient) -> dict[str, object]:
    (document,) = (await reader.get("/documents", params={"url": LETTER})).json()["items"]
    return dict(document)


async def test_a_document_is_found_by_everything_that_names_it(reader: httpx.AsyncClient) -> None:
    for question in (
        {"url": LETTER},
        {"suggestion": "0217"},
        {"agency": "临江市民政局", "q": "0217"},
        {"kind": "reply_npc", "q": "0217"},
        {"source": "linjiang-replies", "q": "第0217号建议"},
    ):
        found = (await reader.get("/documents", params=question)).json()
        assert [item["url"] for item in found["items"]] == [LETTER], question
        assert found["next"] is None
    assert (await reader.get("/documents", params={"q": "没有这样的词"})).json() == {"items": [], "next": None}


async def test_lists_go_on_with_a_cursor_that_fits_no_other_question(reader: httpx.AsyncClient) -> None:
    first = (await reader.get("/documents", params={"limit": 1})).json()
    rest = (await reader.get("/documents", params={"limit": 1, "cursor": first["next"]})).json()
    assert {item["url"] for item in first["items"] + rest["items"]} >= {LETTER}
    assert rest["next"] is None
    for cursor in (first["next"][:-2] + "AA", "x", ""):
        answer = await reader.get("/documents", params={"limit": 1, "cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")
    foreign = await reader.get("/documents", params={"kind": "reply_npc", "cursor": first["next"]})
    assert foreign.status_code == 400


async def test_the_history_tells_what_changed_and_between_which_observations(reader: httpx.AsyncClient) -> None:
    document = await the_letter(reader)
    history = (await reader.get(f"/documents/{document['id']}/history")).json()
    assert history["document"]["url"] == LETTER
    first, second = history["versions"]
    assert (first["n"], first["edit"], first["changes"]) == (1, "first", [])
    assert (second["n"], second["edit"]) == (2, "silent")
    (change,) = second["changes"]
    assert (change["type"], change["severity"], change["direction"]) == ("target_lowered", "critical", "softened")
    assert (change["before"], change["after"]) == (120, 90)
    assert first["observed_from"] < first["observed_until"] < second["observed_from"] < second["observed_until"]
    assert len(first["snapshot_sha256"]) == 64


async def test_every_version_stands_as_it_stood(reader: httpx.AsyncClient) -> None:
    document = await the_letter(reader)
    for n, target in ((1, "120个"), (2, "90个")):
        version = (await reader.get(f"/documents/{document['id']}/versions/{n}")).json()
        assert version["n"] == n
        assert target in [one["raw"] for one in version["structure"]["targets"]]
    newest = (await reader.get(f"/documents/{document['id']}")).json()
    assert "90个" in newest["structure"]["text"]
    assert newest["agency"] == "临江市民政局"


@pytest.mark.parametrize(
    "path",
    ["/documents/none", "/documents/none/history", "/documents/../etc/passwd", "/documents/%00", "/nowhere"],
)
async def test_what_is_not_there_is_a_problem_document(reader: httpx.AsyncClient, path: str) -> None:
    answer = await reader.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404


@pytest.mark.parametrize("limit", ["0", "251", "x"])
async def test_a_limit_out_of_bounds_is_named(reader: httpx.AsyncClient, limit: str) -> None:
    answer = await reader.get("/documents", params={"limit": limit})
    assert answer.status_code == 422
    assert "limit" in answer.json()["detail"]


async def test_an_unknown_version_is_not_found(reader: httpx.AsyncClient) -> None:
    document = await the_letter(reader)
    assert (await reader.get(f"/documents/{document['id']}/versions/9")).status_code == 404
    assert (await reader.get(f"/documents/{document['id']}/versions/99999999999999999999")).status_code in (404, 422)


async def test_health_and_the_openapi_page(reader: httpx.AsyncClient) -> None:
    assert (await reader.get("/healthz")).json()["status"] == "ok"
    assert (await reader.get("/openapi.json")).json()["openapi"].startswith("3.1")


async def test_the_openapi_page_loads_nothing_from_elsewhere(reader: httpx.AsyncClient) -> None:
    shown = (await reader.get("/docs")).text
    parts = [one for _, one in re.findall(r"""(src|href)=["']([^"']+)""", shown)]
    assert len(parts) >= 2
    assert all(one.startswith("/docs/files/") for one in parts)
    assert [(await reader.get(one)).status_code for one in parts] == [200] * len(parts)
    assert "http" not in re.sub(r"http://127\.0\.0\.1|http://test", "", shown)


@pytest.mark.parametrize(("q", "found"), [("", True), (" ", True), ("%", False), ("《》 —", False)])
async def test_signs_alone_find_nothing_and_no_words_ask_nothing(
    reader: httpx.AsyncClient, q: str, found: bool
) -> None:
    every = (await reader.get("/documents")).json()["items"]
    asked = await reader.get("/documents", params={"q": q})
    assert asked.status_code == 200
    assert asked.json()["items"] == (every if found else [])
