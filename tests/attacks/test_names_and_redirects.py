"""Names and redirects that lead a visit inside (ATTACKS.md B): not one connection is made there.

Receivers whose name moved, and names that change within one delivery, are in tests/attacks/test_use_time.py; literals,
one bad address among many, certificates, old TLS, proxies of the environment and name servers that fail or hang in
tests/egress/test_door.py; chains, loops and downgrades in tests/fetcher/test_decide.py; a redirect to a literal in
tests/fetcher/test_outcome.py; `Refresh`, `<meta refresh>` and scripts in tests/attacks/test_pages.py. Every network of
the table with both its ends, and what stands next door to it, is in tests/egress/test_addresses.py.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import network
import pytest
from evil import answer, evil_server, says
from scripted import AGENT, START, FakeClock, hours, list_page, run_until

from services.domain.identity import document_id
from services.domain.source import Source
from services.egress.door import Door, Failure
from services.fetcher.fetcher import Fetcher
from services.storage import outbox, pages, sources
from services.storage.database import Database, open_database

pytestmark = pytest.mark.anyio
INSIDE = ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "100.100.100.200", "fd00:ec2::254", "::ffff:7f00:1"]
CLOSE = "Connection: close"
#: (address, port) of every attempt to connect in this process.
connects: list[tuple[str, int]] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        connects.append((str(arguments[1][0]), int(arguments[1][1])))


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    connects.clear()
    network.forbidden.clear()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    yield opened
    opened.close()


class Names:
    """A name server: what each name stands for, to be changed while it is asked."""

    def __init__(self, **names: Sequence[str]) -> None:
        self.names = names

    async def __call__(self, host: str) -> Sequence[str]:
        if (found := self.names.get(host.partition(".")[0])) is None:
            raise socket.gaierror(socket.EAI_AGAIN, "SERVFAIL")
        return found


def watch(database: Database, url: str) -> None:
    with database.write() as conn:
        sources.save_source(conn, Source("src", url, "建议办理", timedelta(hours=1)), START)


def kept(database: Database) -> int:
    with database.read() as conn:
        return sum(one.event.type == "snapshot.taken" for one in outbox.events_after(conn, 0, 100))


@pytest.mark.parametrize("address", INSIDE)
async def test_a_letter_that_redirects_to_a_name_inside_ends_at_that_hop(database: Database, address: str) -> None:
    names = Names(www=["127.0.0.1"], intranet=[address])
    column = list_page(("/t20230301_1.html", "关于第1号建议的答复函", "2023-03-01"))
    vices = {
        "/robots.txt": says(answer(b"", CLOSE, status="404 Not Found")),
        "/": says(answer(column, CLOSE)),
        "/t20230301_1.html": says(answer(b"", CLOSE, "Location: http://intranet.gov.cn:8080/x", status="302 Found")),
    }
    async with evil_server(vices=vices) as server:
        door = Door(user_agent=AGENT, lookup=names, allow=(f"127.0.0.1/32:{server.port}",))
        home, clock = f"http://www.gov.cn:{server.port}", FakeClock()
        watch(database, f"{home}/")
        # the port of the redirect is one that is visited, the address behind its name is not
        await run_until(Fetcher(database, door, clock), clock, START + hours(6))
        await door.aclose()
    assert any(head.startswith(b"GET /t20230301_1.html ") for head in server.requests)
    assert set(connects) == {("127.0.0.1", server.port)}
    assert (network.forbidden, kept(database)) == ([], 0)
    with database.read() as conn:
        assert pages.get_page(conn, document_id(f"{home}/t20230301_1.html")).latest_snapshot is None


@pytest.mark.parametrize("address", INSIDE)
async def test_a_site_whose_name_moved_inside_is_not_visited_any_more(database: Database, address: str) -> None:
    names, clock = Names(www=["127.0.0.1"]), FakeClock()
    vices = {
        "/robots.txt": says(answer(b"", CLOSE, status="404 Not Found")),
        "/": says(answer(list_page(("/t1.html", "关于第1号建议的答复函", "2023-03-01")), CLOSE)),
        "/t1.html": says(answer("<p>答复</p>".encode(), CLOSE)),
    }
    async with evil_server(vices=vices) as server:
        watch(database, f"http://www.gov.cn:{server.port}/")
        opened = Door(user_agent=AGENT, lookup=names, allow=(f"127.0.0.1/32:{server.port}",))
        await run_until(Fetcher(database, opened, clock), clock, START + hours(3))
        assert server.requests
        await opened.aclose()
        asked = len(server.requests)
        connects.clear()
        names.names["www"] = [address]
        # the same canary still listens; nothing is opened to it by configuration now
        closed = Door(user_agent=AGENT, lookup=names)
        await run_until(Fetcher(database, closed, clock), clock, START + hours(30))
        await closed.aclose()
        assert len(server.requests) == asked
    assert connects == []
    assert network.forbidden == []


async def test_of_a_hundred_addresses_eight_are_tried() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    names = Names(many=[f"127.0.1.{n}" for n in range(100)])
    door = Door(user_agent=AGENT, lookup=names, allow=("127.0.0.0/8:*",))
    outcome = await door.get(f"http://many.example.cn:{port}/", deadline=5)
    await door.aclose()
    assert isinstance(outcome, Failure)
    assert outcome.reason == "refused"
    assert 1 <= len(set(connects)) <= 8


async def test_a_name_server_that_fails_is_a_visit_put_off_and_no_news(database: Database) -> None:
    door, clock = Door(user_agent=AGENT, lookup=Names()), FakeClock()
    watch(database, "http://www.example.gov.cn/")
    visits = await run_until(Fetcher(database, door, clock), clock, START + hours(10))
    await door.aclose()
    assert 2 <= visits <= 40
    assert (connects, kept(database)) == ([], 0)
