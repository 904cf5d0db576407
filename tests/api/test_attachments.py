"""The files a document links to, through the API."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from api.conftest import REPLAYS

from services.domain.identity import document_id
from services.replay.clock import SimulatedClock
from services.replay.recording import read_recording
from services.replay.run import live
from services.storage.database import Database

ID = document_id("https://mzj.linjiang.example.gov.cn/zwgk/zcwj/202303/t20230321_4410301.html")

pytestmark = pytest.mark.anyio


async def test_each_file_has_its_hash_and_its_text_or_the_reason_why_not(
    database: Database, client: httpx.AsyncClient
) -> None:
    recording = read_recording(REPLAYS / "attachment-lowered")
    await asyncio.to_thread(
        lambda: asyncio.run(live(database, recording, SimulatedClock(recording.start), recording.end))
    )
    document = (await client.get(f"/documents/{ID}")).json()
    plan, tasks = document["attachments"]
    assert (plan["status"], plan["reason"], len(plan["sha256"])) == ("kept", None, 64)
    assert (tasks["status"], tasks["reason"], tasks["text_length"]) == ("unreadable", "format", None)
    assert document["structure"]["attachments"][0]["text"] is None, "the text has an address of its own"
    now = (await client.get(f"/documents/{ID}/attachments")).json()
    before = (await client.get(f"/documents/{ID}/attachments", params={"version": 1})).json()
    assert (before["version"], now["version"]) == (1, 2)
    assert "服务站90个" in now["items"][0]["text"]
    assert "服务站120个" in before["items"][0]["text"]
    assert len(now["items"][0]["text"]) == plan["text_length"]
    changes = (await client.get(f"/documents/{ID}/versions/1..2/changes")).json()["changes"]
    assert [change["type"] for change in changes] == ["target_lowered", "attachment_changed"]
    assert (await client.get(f"/documents/{ID}/attachments", params={"version": 9})).status_code == 404
