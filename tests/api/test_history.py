"""What the API says about a letter whose target was lowered: then and now, as said and as known."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.anyio
LETTER = "https://mzj.linjiang.example.gov.cn/zwgk/jytabl/202303/t20230321_4410217.html"
BEFORE, BETWEEN, AFTER = "2023-03-01T00:00:00Z", "2023-03-29T00:00:00Z", "2023-04-04T00:00:00Z"


async def address(reader: httpx.AsyncClient) -> str:
    (document,) = (await reader.get("/documents", params={"url": LETTER})).json()["items"]
    return f"/documents/{document['id']}"


async def test_history_answers_for_a_moment_on_either_clock(reader: httpx.AsyncClient) -> None:
    history = f"{await address(reader)}/history"
    whole = (await reader.get(history)).json()
    said = (await reader.get(history, params={"as_of": BETWEEN})).json()
    assert [version["n"] for version in said["versions"]] == [1]
    assert (await reader.get(history, params={"as_of": AFTER})).json()["versions"] == whole["versions"][1:]
    assert (await reader.get(history, params={"as_of": BEFORE})).json()["versions"] == []
    known = (await reader.get(history, params={"known_at": BETWEEN})).json()
    assert known["document"]["current_n"] == 1
    (first,) = known["versions"]
    assert first["observed_from"] == whole["versions"][0]["observed_from"]
    assert first["observed_until"] < BETWEEN < whole["versions"][0]["observed_until"]
    both = (await reader.get(history, params={"known_at": BETWEEN, "as_of": AFTER})).json()
    assert [version["n"] for version in both["versions"]] == [1]
    assert (await reader.get(history, params={"known_at": BEFORE})).status_code == 404
    assert (await reader.get(history, params={"as_of": "2023-03-29T00:00:00"})).status_code == 422


async def test_any_two_versions_are_compared_either_way(reader: httpx.AsyncClient) -> None:
    document = await address(reader)
    for pair, type_ in (("1..2", "target_lowered"), ("2..1", "target_raised")):
        answer = (await reader.get(f"{document}/versions/{pair}/changes")).json()
        assert [change["type"] for change in answer["changes"]] == [type_]
        assert f"{answer['from']['n']}..{answer['to']['n']}" == pair
    same = (await reader.get(f"{document}/versions/1..1/changes")).json()
    assert (same["changes"], same["suppressed"]) == ([], [])
    assert (await reader.get(f"{document}/versions/1..9/changes")).status_code == 404
    assert (await reader.get(f"{document}/versions/0..1/changes")).status_code == 422


async def test_what_was_held_back_is_a_list(reader: httpx.AsyncClient) -> None:
    assert (await reader.get(f"{await address(reader)}/suppressed")).json() == {"items": [], "next": None}
    assert (await reader.get("/documents/none/suppressed")).status_code == 404


async def test_a_document_is_the_timegate_of_its_versions(reader: httpx.AsyncClient) -> None:
    document = await address(reader)
    timemap = await reader.get(f"{document}/timemap")
    assert timemap.headers["content-type"].startswith("application/link-format")
    assert f'<{LETTER}>; rel="original"' in timemap.text
    assert 'rel="first memento"' in timemap.text
    assert 'rel="last memento"' in timemap.text
    then = {"accept-datetime": "Wed, 29 Mar 2023 00:00:00 GMT"}
    for headers, n, words in ((then, 1, "120个"), ({}, 2, "90个")):
        answer = await reader.get(document, headers=headers)
        assert answer.headers["vary"] == "accept-datetime"
        assert answer.headers["content-location"].endswith(f"/versions/{n}")
        assert f'<{LETTER}>; rel="original"' in answer.headers["link"]
        assert words in answer.json()["structure"]["text"]
        memento = await reader.get(f"{document}/versions/{n}")
        assert memento.headers["memento-datetime"] == answer.headers["memento-datetime"]
        assert memento.headers["memento-datetime"] in timemap.text
    early = await reader.get(document, headers={"accept-datetime": "Thu, 01 Jan 1998 00:00:00 GMT"})
    assert early.headers["content-location"].endswith("/versions/1")
    assert (await reader.get(document, headers={"accept-datetime": "yesterday"})).status_code == 400


async def test_what_will_be_known_is_not_known_yet(reader: httpx.AsyncClient) -> None:
    answer = await reader.get(f"{await address(reader)}/history", params={"known_at": "2031-01-01T00:00:00Z"})
    assert answer.status_code == 422
    assert "future" in answer.json()["detail"]
