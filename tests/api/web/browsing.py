"""A browser without a screen: it follows links, keeps cookies and sends the forms it was shown."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from api.conftest import ADDRESS, NOW

from services.api.app import create_app
from services.api.callers import new_token
from services.api.webhooks.secrets import SecretBox
from services.domain.caller import Scope
from services.line.serve import api_context
from services.storage.database import Database

_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Browser:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def look(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code}\n{answer.text[-2000:]}"
        return answer.text

    async def send(self, path: str, seen_at: str, **fields: Any) -> httpx.Response:
        """Post the form at `path` that stands in the page `seen_at`."""
        shown = await self.client.get(seen_at)
        token = _TOKEN.search(shown.text)
        assert token, f"{seen_at}: {shown.status_code}, no form"
        return await self.client.post(path, data={"form_token": token[1], **fields}, headers={"origin": ADDRESS})

    async def sign_in(self, database: Database, *scopes: Scope, owner: str = "local") -> str:
        """Answers the token."""
        _, text = new_token(database, owner, "browser", scopes or ("subscribe",), NOW)
        answer = await self.send("/pages/sign-in", "/pages/sign-in", token=text)
        assert answer.status_code == 303, answer.text[-500:]
        return text


@asynccontextmanager
async def browser(database: Database, *, language: str = "zh-CN", **more: Any) -> AsyncIterator[Browser]:
    """`more` goes to api_context."""
    context = api_context(database, lambda: NOW, SecretBox(bytes(32)), ("127.0.0.1/32:*",), ADDRESS, **more)
    transport = httpx.ASGITransport(app=create_app(context), raise_app_exceptions=False)
    headers = {"accept-language": language}
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as client:
        yield Browser(client)
