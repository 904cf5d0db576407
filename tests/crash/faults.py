"""T5: the way to Redis or to PostgreSQL breaks: refused, two seconds late, reset, byte by byte, open and silent.

A relay and a consumer work in a process of their own, through the proxy; whoever commits does not go through it. While
Redis is broken commits go on, and nobody spins; after it, events arrive again.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from contextlib import suppress

from consuming import effects, prepare, publish_all, told, until, work
from machine import Engine, engine, fork, opened
from proxy import FAULTS, Fault, Proxy, target_of, through
from trials import Outcome

from services.bus.engine import open_bus
from services.bus.relay import Relay
from services.domain.clock import system_clock
from services.storage.database import open_database

#: An event a tenth of a second while the fault lasts.
_EVERY = 0.1


def faults(name: str, seconds: float = 60, kinds: tuple[Fault, ...] = FAULTS) -> list[Outcome]:
    """Each fault for so long, of Redis (`redis`) or of PostgreSQL (`postgres`); SQLite has no way that could break."""
    return [] if name == "sqlite" else [_fault(name, kind, seconds) for kind in kinds]


def _fault(name: str, kind: Fault, seconds: float) -> Outcome:
    found = Outcome(f"T5 {kind}", name)
    with engine(name) as made, opened(made.database_url) as database:
        prepare(database)
        broken = made.bus_url if name == "redis" else made.database_url
        way, back = os.pipe()
        pid = fork(lambda: _behind_a_proxy(made, broken, kind, seconds, back))
        assert os.read(way, 1) == b"r"
        with open_bus("database", database) as bus:
            publish_all(database, bus, [told("doc_before", 1)])
            until(lambda: len(effects(database)) == 1, 30)
            os.kill(pid, signal.SIGUSR1)
            began, published = time.monotonic(), 1
            while time.monotonic() - began < seconds:
                publish_all(database, bus, [told(f"doc_{published % 10}", published)])
                published += 1
                time.sleep(_EVERY)
            cpu = float(os.read(way, 20).decode())
            arrived = len(effects(database))
            with suppress(AssertionError):
                found.done["recovered s"] = round(until(lambda: len(effects(database)) >= published, 60), 2)
        seen = effects(database)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    found.done |= {"events": published, "arrived meanwhile": arrived, "CPU %": round(cpu / seconds * 100, 1)}
    found.wrong = {"lost": published - len(seen), "twice": seen.total() - len(seen)}
    return found


def _behind_a_proxy(made: Engine, broken: str, kind: Fault, seconds: float, answers: int) -> None:
    proxy, struck = Proxy(target_of(broken, 5432)), threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: struck.set())
    url = through(broken, proxy)
    bus_url, database_url = (url, made.database_url) if made.name == "redis" else (made.bus_url, url)
    database, stop = open_database(database_url), threading.Event()
    with open_bus(bus_url, database) as bus:
        threads = [threading.Thread(target=work, args=(database, bus, system_clock, stop))]
        if made.name == "redis":
            threads.append(threading.Thread(target=Relay(database, bus_url, system_clock).run, args=(stop,)))
        for thread in threads:
            thread.start()
        os.write(answers, b"r")
        while not struck.is_set():
            time.sleep(0.01)
        before = _cpu()
        proxy.break_(kind)
        time.sleep(seconds)
        spent = _cpu() - before
        proxy.break_("none")
        os.write(answers, f"{spent:.3f}".ljust(20).encode())
        threading.Event().wait()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
