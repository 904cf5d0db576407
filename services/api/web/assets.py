"""The style sheet and the scripts: files of the package, at addresses that change with their content."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from services.domain.errors import NotFound

router = APIRouter()
_FOLDER = Path(__file__).parent / "static"
_MEDIA = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    media: str
    tag: str


@functools.cache
def assets() -> dict[str, Asset]:
    """Name to file; read once."""
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in _MEDIA:
            content = path.read_bytes()
            found[path.name] = Asset(content, _MEDIA[path.suffix], hashlib.sha256(content).hexdigest()[:12])
    return found


def address_of(name: str) -> str:
    return f"/pages/static/{name}?{assets()[name].tag}"


@router.get("/pages/static/{name}")
def static(name: str) -> Response:
    asset = assets().get(name)
    if asset is None:
        raise NotFound(f"no file {name!r}")
    headers = {
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
        # an archive copy is of no origin at all, and has its style sheet from here
        "cross-origin-resource-policy": "cross-origin",
    }
    return Response(asset.content, media_type=asset.media, headers=headers)
