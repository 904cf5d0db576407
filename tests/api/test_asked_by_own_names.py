"""A body asked for by a name the user added, in a database that was filled before."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from services.parser.reading.aliases import Aliases, aliases_of
from services.parser.reading.bodies import extend

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    extend(Aliases())


@pytest.mark.parametrize("field", ["actor", "agency"])
async def test_promises_are_found_by_either_name(reader: httpx.AsyncClient, field: str) -> None:
    async def found(name: str) -> list[str]:
        answer = await reader.get("/commitments", params={field: name})
        return [item["id"] for item in answer.json()["items"]]

    known = await found("市民政局")
    assert known
    assert await found("市民生保障局") == []
    extend(aliases_of({"variants": {"groups": [["民生保障局", "民政局"]]}}))
    for name in ("市民政局", "临江市民政局", "市民生保障局", "临江市民生保障局"):
        assert await found(name) == known
    assert await found("平江市民生保障局") == []
