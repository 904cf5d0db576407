"""The short form of `python -m api.fuzz`: whatever schemathesis sends, the answer is what OpenAPI says."""

from __future__ import annotations

import pytest
from api.fuzz import lived, run

from services.storage.database import Database

pytestmark = pytest.mark.anyio


async def test_every_answer_is_as_documented(database: Database) -> None:
    await lived(database)
    code, report = await run(database, cases=500, seed=1)
    assert code == 0, report
