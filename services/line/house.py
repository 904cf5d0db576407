"""What the processes of the line are built on: folder, database, bus, clock, keys. Opened once, closed in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.api.webhooks.rekey import check_opens
from services.api.webhooks.secrets import SecretBox, load_box
from services.bus.engine import open_bus
from services.bus.interface import Engine
from services.domain.clock import Clock
from services.egress.door import Door
from services.line.folder import held
from services.line.line import watch_new
from services.seeds import read_sources, seeds_folder
from services.settings import Settings
from services.storage.clock import clock_of
from services.storage.database import Database, open_database


@dataclass(frozen=True, slots=True)
class House:
    settings: Settings
    database: Database
    bus: Engine
    clock: Clock
    box: SecretBox
    #: How subscribers reach the API, without a slash at its end.
    address: str

    def door(self, *own: str) -> Door:
        """A door for one event loop; `own`: listeners of this process."""
        settings = self.settings
        return Door(user_agent=settings.user_agent, allow=settings.allow_addresses, own=own, ports=settings.ports)


@contextmanager
def opened(settings: Settings, address: str, *, alone: bool) -> Iterator[House]:
    """`alone`: no other process may work in the data folder. Raises Unavailable or ConfigError, one clear line."""
    with held(settings.data, shared=not alone):
        database = open_database(settings.database)
        try:
            box = load_box(settings.secret_key.get_secret_value(), settings.data)
            with database.read() as conn:
                check_opens(conn, box)
            with open_bus(settings.bus_url, database) as bus:
                yield House(settings, database, bus, clock_of(database), box, address)
        finally:
            database.close()


def watch_seeds(house: House) -> None:
    """The columns Dafu comes with, where nobody knows them yet."""
    watch_new(house.database, read_sources(seeds_folder() / "sources.toml"), house.clock())
