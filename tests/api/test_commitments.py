"""What the API says of promises: found by every filter, one with its history, all of them as a table."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.anyio
LETTER = "https://mzj.linjiang.example.gov.cn/zwgk/jytabl/202303/t20230321_4410217.html"
STATIONS = "建成社区养老服务站90个"


async def asked(reader: httpx.AsyncClient, **question: Any) -> list[dict[str, Any]]:
    answer = await reader.get("/commitments", params={"limit": 250, **question})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def the_promise(reader: httpx.AsyncClient) -> dict[str, Any]:
    (item,) = [item for item in await asked(reader) if STATIONS in item["text"]]
    return item


async def test_a_promise_stands_with_its_document_place_targets_and_deadline(reader: httpx.AsyncClient) -> None:
    item = await the_promise(reader)
    assert item["document"]["url"] == LETTER
    assert item["document"]["agency"] == "临江市民政局"
    assert item["section"] == ["二、下一步工作计划", "（一）扩大服务供给。"]
    assert item["text"] == "到2025年，建成社区养老服务站90个，培育养老服务企业30家。"
    assert (item["type"], item["tier"], item["version"], item["standing"]) == ("task", "A", 2, True)
    assert item["actors"] == ["市民政局", "市级有关部门"]
    assert item["deadline"]["end"] == "2025-12-31"
    assert [target["raw"] for target in item["targets"]] == ["90个", "30家"]
    assert item["verifiability"]["date"]["text"].endswith("2025年")
    assert item["verifiability"]["baseline"] is None
    assert item["links"]["self"].endswith(f"/commitments/{item['document']['id']}.{item['id'].partition('.')[2]}")


@pytest.mark.parametrize(
    "question",
    [
        {"actor": "市民政局"},
        {"actor": "临江市民政局"},
        {"actor": "臨江市民政局"},
        {"actor": "市级有关部门"},
        {"agency": "市民政局"},
        {"agency": "临江市民政局"},
        {"kind": "reply_npc"},
        {"tier": "A"},
        {"tier": ["A", "C"]},
        {"deadline_before": "2025-12-31"},
        {"deadline_after": "2025-12-31"},
        {"has_target": "true"},
        {"agency": "市民政局", "actor": "市级有关部门"},
        {"type": "task"},
        {"type": ["task", "goal"]},
        {"modality": ["4", "5"]},
        {"status": "active"},
        {"text": "社区"},
        {"text": "站"},
        {"text": "社區"},
        {"text": "養老 服務站９０個"},
        {"text": "   "},
        {"actor": "市民政局", "tier": "A", "has_target": "true", "text": "养老", "deadline_before": "2026-01-01"},
    ],
)
async def test_a_promise_is_found_by_everything_that_is_so(reader: httpx.AsyncClient, question: dict[str, Any]) -> None:
    assert any(STATIONS in item["text"] for item in await asked(reader, **question))


@pytest.mark.parametrize(
    "question",
    [
        {"actor": "市教委"},
        {"actor": "民政局长"},
        {"actor": "临江区民政局"},
        {"agency": "平江市民政局"},
        {"agency": "临江市财政局"},
        {"kind": "work_summary"},
        {"tier": ["B", "C"]},
        {"deadline_before": "2025-12-30"},
        {"deadline_after": "2026-01-01"},
        {"has_target": "false"},
        {"actor": "平江市民政局"},
        {"document": "doc_a"},
        {"type": "umbrella"},
        {"modality": "1"},
        {"status": "removed"},
        {"topic": "养老"},
        {"text": "社团"},
        {"text": "区社"},
        {"text": "养%站"},
        {"actor": "市民政局", "text": "没有"},
    ],
)
async def test_a_promise_is_not_found_by_what_is_not_so(reader: httpx.AsyncClient, question: dict[str, Any]) -> None:
    assert not any(STATIONS in item["text"] for item in await asked(reader, **question))


async def test_the_promises_of_one_document_are_all_of_it(reader: httpx.AsyncClient) -> None:
    of = (await the_promise(reader))["document"]["id"]
    assert await asked(reader, document=of) == [item for item in await asked(reader) if item["document"]["id"] == of]


async def test_pages_of_a_list_make_up_the_whole(reader: httpx.AsyncClient) -> None:
    whole, pages = await asked(reader, tier="A"), []
    question: dict[str, Any] = {"tier": "A", "limit": 3}
    while True:
        page = (await reader.get("/commitments", params=question)).json()
        pages += page["items"]
        if page["next"] is None:
            break
        assert len(page["items"]) == 3
        question["cursor"] = page["next"]
    assert pages == whole
    assert len({item["id"] for item in pages}) == len(pages)


async def test_a_cursor_fits_no_other_question(reader: httpx.AsyncClient) -> None:
    cursor = (await reader.get("/commitments", params={"limit": 1})).json()["next"]
    assert (await reader.get("/commitments", params={"limit": 7, "cursor": cursor})).status_code == 200
    for question in ({"tier": "A", "cursor": cursor}, {"has_target": "false", "cursor": cursor}, {"cursor": "x"}):
        answer = await reader.get("/commitments", params=question)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deadline", "2025-12-31"),  # misspelt: ignored it would answer everything
        ("deadline_before", "2025"),
        ("deadline_after", "2025-02-30"),
        ("tier", "D"),
        ("type", "plan"),
        ("modality", "6"),
        ("status", "gone"),
        ("kind", "law"),
        ("has_target", "some"),
        ("actor", ""),
        ("text", "字" * 201),
        ("limit", "0"),
        ("limit", "251"),
    ],
)
async def test_what_cannot_be_asked_is_named(reader: httpx.AsyncClient, name: str, value: str) -> None:
    for path in ("/commitments", "/commitments.csv"):
        answer = await reader.get(path, params={name: value})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert name in answer.json()["detail"]


async def test_one_promise_shows_in_which_versions_it_stood_and_what_became_of_it(reader: httpx.AsyncClient) -> None:
    item = await the_promise(reader)
    answer = (await reader.get(f"/commitments/{item['id']}")).json()
    first, second = answer.pop("history")
    assert answer == item
    assert (first["n"], first["stood"], first["changes"]) == (1, True, [])
    assert (second["n"], second["stood"], second["edit"]) == (2, True, "silent")
    assert [(change["type"], change["before"], change["after"]) for change in second["changes"]] == [
        ("target_lowered", 120, 90)
    ]
    assert first["observed_until"] < second["observed_from"]
    assert (first["text"], second["text"]) == (item["text"].replace("90", "120"), item["text"])
    assert [[target["raw"] for target in each["targets"]] for each in (first, second)] == [
        ["120个", "30家"], ["90个", "30家"]
    ]  # fmt: skip
    assert first["deadline"] == second["deadline"] == item["deadline"]
    assert first["modality"] == item["modality"]


async def test_a_change_of_one_promise_is_not_told_of_its_neighbours(reader: httpx.AsyncClient) -> None:
    of_letter = [item for item in await asked(reader) if item["document"]["url"] == LETTER]
    assert len(of_letter) > 1
    for item in of_letter:
        history = (await reader.get(f"/commitments/{item['id']}")).json()["history"]
        assert [version["n"] for version in history] == [1, 2]
        assert any(version["changes"] for version in history) == (STATIONS in item["text"])


@pytest.mark.parametrize("id_", ["none", "doc_none.C-001", "doc_.", "%00.C-001", "doc_a.%00", "doc_a.b.c"])
async def test_an_unknown_promise_is_a_problem_document(reader: httpx.AsyncClient, id_: str) -> None:
    answer = await reader.get(f"/commitments/{id_}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_table_holds_every_row_of_the_filter(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/commitments.csv", params={"tier": "A"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert "commitments.csv" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"id,document,url,title,")
    assert answer.content.endswith(b"\r\n")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))
    items = await asked(reader, tier="A")
    assert [(row["id"], row["text"], row["link"]) for row in rows] == [
        (item["id"], item["text"], item["links"]["self"]) for item in items
    ]
    (row,) = [row for row in rows if STATIONS in row["text"]]
    assert (row["actors"], row["deadline_end"]) == ("市民政局; 市级有关部门", "2025-12-31")
    assert "90个" in row["targets"]
    assert (row["has_actor"], row["has_baseline"], row["has_date"]) == ("yes", "no", "yes")


async def test_an_empty_table_is_its_header(reader: httpx.AsyncClient) -> None:
    table = (await reader.get("/commitments.csv", params={"actor": "市教委"})).text
    assert table.count("\r\n") == 1
    assert (await reader.get("/commitments.csv", params={"limit": "1"})).status_code == 422


async def test_every_filter_is_described(reader: httpx.AsyncClient) -> None:
    paths = (await reader.get("/openapi.json")).json()["paths"]
    filters = {"actor", "agency", "kind", "tier", "deadline_before", "deadline_after", "has_target", "text"}
    filters |= {"document", "status", "type", "modality", "topic"}
    for path, more in (("/commitments", {"cursor", "limit"}), ("/commitments.csv", set())):
        described = {one["name"]: one.get("description") for one in paths[path]["get"]["parameters"]}
        assert set(described) == filters | more
        assert all(described.values())
    assert "text/csv" in paths["/commitments.csv"]["get"]["responses"]["200"]["content"]
