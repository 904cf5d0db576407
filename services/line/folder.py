"""The data folder: made when it is missing, held by one process alone or by several that share it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.domain.errors import Unavailable

#: Why there is no place for one more.
_HOW = {True: " as `dafu run`, alone", False: ""}


@contextmanager
def held(folder: Path, *, shared: bool = False) -> Iterator[Path]:
    """Hold `folder` for as long as the context lasts; the lock dies with the process, however that ends.

    `shared`: others may hold it as well, as long as all of them share. Raises Unavailable where the folder cannot be
    written or another process holds it otherwise.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise Unavailable(
            f"{folder}: cannot be written ({error.strerror}); choose another folder with DAFU_DATA"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            raise Unavailable(
                f"{folder}: another dafu works in this folder{_HOW[shared]}; stop it, or set DAFU_DATA"
            ) from None
        yield folder
