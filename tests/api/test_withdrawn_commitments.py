"""A letter drops a promise and slips a telephone number into another."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.replay.clock import SimulatedClock
from services.replay.recording import Recording, read_recording
from services.replay.run import live
from services.storage.database import Database, open_database

pytestmark = pytest.mark.anyio
STORY = Path(__file__).parent.parent / "replays" / "target-lowered"
LETTER = "https://mzj.linjiang.example.gov.cn/zwgk/jytabl/202303/t20230321_4410217.html"
GONE = "积极争取中央预算内投资，引导社会资本参与养老项目建设。"
CALL = "加快推进老旧小区适老化改造，联系电话：13812345678。"


def altered(recording: Recording) -> Recording:
    """The last answer for the letter without GONE, CALL in the place of another sentence."""
    *before, last = recording.answers[LETTER]
    text = last.body.decode("utf-8")
    assert text.count(GONE) == text.count("加快推进老旧小区适老化改造，") == 1
    at = text.index("加快推进老旧小区适老化改造，")
    text = text[:at] + CALL + text[text.index("。", at) + 1 :]
    body = text.replace(GONE, "").encode("utf-8")
    return replace(recording, answers={**recording.answers, LETTER: (*before, replace(last, body=body))})


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    recording = altered(read_recording(STORY))
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('withdrawn') / 'd.sqlite'}")
    asyncio.run(live(database, recording, SimulatedClock(recording.start), recording.end))
    yield database
    database.close()


async def of_the_letter(reader: httpx.AsyncClient) -> list[dict[str, Any]]:
    items = (await reader.get("/commitments", params={"limit": 250})).json()["items"]
    return [item for item in items if item["document"]["url"] == LETTER]


async def test_a_withdrawn_promise_is_listed_no_more_and_answers_at_its_address(reader: httpx.AsyncClient) -> None:
    listed = await of_the_letter(reader)
    assert GONE not in [item["text"] for item in listed]
    document = listed[0]["document"]["id"]
    version = (await reader.get(f"/documents/{document}/versions/1")).json()["structure"]
    (id_,) = [one["id"] for one in version["commitments"] if one["text"] == GONE.replace("，", ",")]
    withdrawn = (await reader.get(f"/commitments/{document}.{id_}")).json()
    assert (withdrawn["text"], withdrawn["standing"], withdrawn["version"]) == (GONE, False, 1)
    first, second = withdrawn["history"]
    assert (first["n"], first["stood"], first["changes"]) == (1, True, [])
    assert (second["n"], second["stood"]) == (2, False)
    assert [change["type"] for change in second["changes"]] == ["commitment_withdrawn"]


async def test_a_personal_number_is_masked_wherever_it_leaves(reader: httpx.AsyncClient) -> None:
    (item,) = [item for item in await of_the_letter(reader) if "联系电话" in item["text"]]
    assert item["text"].endswith("138********。")
    for path in ("/commitments", f"/commitments/{item['id']}", "/commitments.csv"):
        assert "13812345678" not in (await reader.get(path)).text


async def test_the_table_lists_what_stands_and_nothing_else(reader: httpx.AsyncClient) -> None:
    rows = csv.DictReader(io.StringIO((await reader.get("/commitments.csv")).text, newline=""), strict=True)
    assert [row["id"] for row in rows if row["url"] == LETTER] == [item["id"] for item in await of_the_letter(reader)]
