"""`/metrics` and `/health/…`, of the API and of a process without it: what a story leaves there, and who may look."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import httpx
import pytest
from api.conftest import NOW, REPLAYS
from api.test_callers import api, bearer
from api.webhooks.desk import Desk, revised
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families as families

from services.health import checkup
from services.health.checkup import Checkup
from services.health.condition import Limits
from services.line.observed import observed
from services.line.port import listen, port_of
from services.metrics import counted
from services.replay.clock import SimulatedClock
from services.replay.recording import read_recording
from services.replay.run import live
from services.settings import Settings
from services.storage.database import Database

pytestmark = pytest.mark.anyio
#: Labels and the most values each may ever have.
LABELS = {
    "kind": 3, "outcome": 10, "reason": 60, "verdict": 8, "type": 120, "severity": 6, "attempt": 2, "stage": 6,
    "method": 8, "route": 80, "status": 40, "group": 8, "health": 6, "table": 4, "le": 40, "version": 2, "process": 7,
    "database": 2, "bus": 4, "generation": 3, "implementation": 1, "major": 1, "minor": 1, "patchlevel": 1,
}  # fmt: skip


def samples(page: str) -> dict[str, float]:
    """`name{label="value"}` to its value."""
    return {
        one.name + "".join(f",{key}={value}" for key, value in sorted(one.labels.items())): one.value
        for family in families(page)
        for one in family.samples
    }


async def scraped(client: httpx.AsyncClient) -> dict[str, float]:
    answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    return samples(answer.text)


async def test_a_story_is_counted_and_described(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "FRESH", 0.0)  # the story takes less time than an answer is kept
    recording = read_recording(REPLAYS / "target-lowered")
    async with api(database) as client:
        before = await scraped(client)
        await live(database, recording, SimulatedClock(recording.start), recording.end)
        await client.get("/documents/doc_none")
        after = await scraped(client)
    more = {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)}
    assert more["dafu_visits_total,kind=list,outcome=fetched,reason="] >= 1
    assert more["dafu_visits_total,kind=page,outcome=fetched,reason="] >= 2
    assert more["dafu_readings_total,reason=,verdict=ok"] >= 2
    assert more["dafu_changes_total,severity=critical,type=target_lowered"] == 1
    assert more["dafu_api_requests_total,method=GET,route=/documents/{document_id},status=404"] == 1
    assert after["dafu_sources,health=ok"] == 1
    assert after["dafu_database_up"] == 1
    assert after["dafu_queue_events,group=parser"] == 0
    assert after["dafu_database_bytes"] > 4096
    assert "process_resident_memory_bytes" in after


async def test_edit_to_alert_is_measured_from_the_visit_to_the_answer(office: Desk) -> None:
    await office.subscribe()
    answers = iter((httpx.Response(500), httpx.Response(204)))
    office.answer = lambda _: next(answers)
    before = samples(generate_latest().decode())
    office.publish(revised(1, office.clock()))
    await office.tell_all()
    after = samples(generate_latest().decode())

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more("dafu_attempts_total,outcome=again,reason=http_5xx") == 1
    assert more("dafu_attempts_total,outcome=delivered,reason=http_2xx") == 1
    assert more("dafu_alert_latency_seconds_count,attempt=first") == 0
    assert more("dafu_alert_latency_seconds_count,attempt=later") == 1
    assert 5 <= more("dafu_alert_latency_seconds_sum,attempt=later") <= 6


async def test_no_label_names_an_address_a_document_or_an_owner(lived_long: Database) -> None:
    counted.visited("page", "Blocked", "http_418", 0.1)
    counted.visited("page", "Blocked", "https://evil.example.org/\x1b[31m", 0.1)
    counted.answered("BREW", "none", 405, 0.1)
    async with api(lived_long) as client:
        for n in range(20):
            await client.get(f"/documents/doc_{n}", headers={"user-agent": f"agent {n}"})
            await client.get(f"/nowhere/{n}")
        page = (await client.get("/metrics")).text
    values: dict[str, set[str]] = {}
    for family in families(page):
        for one in family.samples:
            for key, value in one.labels.items():
                values.setdefault(key, set()).add(value)
    assert values.keys() <= LABELS.keys()
    for key, found in values.items():
        assert len(found) <= LABELS[key], (key, found)
        assert not [value for value in found if re.search(r"https?:|doc_|sub_|\.cn|example", value)]
    assert "other" in values["reason"]
    assert "http_4xx" in values["reason"]


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, 401),
        ("192.0.2.7", {}, 401),
    ],
)
async def test_who_may_read_the_metrics(database: Database, peer: str, headers: dict[str, str], status: int) -> None:
    async with api(database, open_reads="always", peer=peer) as client:
        assert (await client.get("/metrics", headers=headers)).status_code == status
        assert (await client.get("/metrics", headers=bearer(database, "admin"))).status_code == 200
        if peer == "192.0.2.7":
            assert (await client.get("/metrics", headers=bearer(database, "read"))).status_code == 403


async def test_ready_tells_those_who_may_read_and_shows_strangers_the_codes(tmp_path: Path, lived: Database) -> None:
    for peer, told in (("127.0.0.1", True), ("192.0.2.7", False)):
        async with api(lived, peer=peer) as client:
            assert (await client.get("/health/live")).json() == {"status": "ok"}
            answer = await client.get("/health/ready")
        assert answer.status_code == 503  # the story ended long ago: its visits are due
        (problem,) = answer.json()["problems"]
        assert problem["code"] == "visits_late"
        assert answer.json()["code"] == "not_ready"
        assert ("message" in problem, "remedy" in problem) == (told, told)


async def test_a_new_service_is_ready(database: Database) -> None:
    async with api(database) as client:
        if database.engine.dialect.name == "sqlite":  # the test's clock is not the server's
            assert (await client.get("/health/ready")).json()["status"] == "ok"
        assert (await client.get("/healthz")).status_code == 200


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_process_without_the_api_has_a_port_of_its_own(lived: Database) -> None:
    with listen("127.0.0.1", 0, "") as listener:
        free_port = port_of(listener)
    checkup = Checkup(lived, lambda: NOW, process="parser", limits=Limits())
    with observed(Settings(metrics_port=free_port), checkup) as port:
        assert port == free_port
        status, page = get(port, "/metrics")
        assert status == 200
        assert 'dafu_info{bus="database",database="sqlite",process="parser"' in page
        assert get(port, "/health/live") == (200, '{"status": "ok"}')
        status, body = get(port, "/health/ready")
        assert status == 503
        assert [one["code"] for one in json.loads(body)["problems"]] == ["visits_late"]
        assert get(port, "/documents")[0] == 404
    with pytest.raises(urllib.error.URLError):
        get(port, "/health/live")
    with observed(Settings(), checkup) as port:
        assert port == 0
