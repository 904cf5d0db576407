"""The data folder: made when it is missing, held by one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.domain.errors import Unavailable


@contextmanager
def held(folder: Path) -> Iterator[Path]:
    """Hold `folder` for as long as the context lasts; the lock dies with the process, however that ends.

    Raises Unavailable where the folder cannot be written or another process holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise Unavailable(
            f"{folder}: cannot be written ({error.strerror}); choose another folder with DAFU_DATA"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unavailable(f"{folder}: another dafu works in this folder; stop it, or set DAFU_DATA") from None
        yield folder
