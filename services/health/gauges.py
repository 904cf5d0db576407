"""A look at the line as Prometheus metrics, after the counters of this process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import get_args

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from services.health.checkup import Checkup
from services.health.condition import Condition
from services.storage.source_health import Health


def exposition(checkup: Checkup, accept: str = "") -> tuple[bytes, str]:
    """The page Prometheus reads, and its media type. The process's counters are there without the database, too."""
    encode, media_type = choose_encoder(accept)
    return encode(_Everything(checkup)), media_type


class _Everything(Collector):
    def __init__(self, checkup: Checkup) -> None:
        self._checkup = checkup

    def collect(self) -> Iterator[Metric]:
        yield from REGISTRY.collect()
        yield _info(self._checkup)
        yield from gauges(self._checkup.condition())


def gauges(condition: Condition) -> Iterator[Metric]:
    """What describes the database is the same from every process: take the maximum, never the sum."""
    look, vitals = condition.look, condition.look.vitals
    yield _one("dafu_database_up", "1 where the database answered.", vitals is not None)
    yield _one("dafu_ready", "1 where nothing is wrong: what /health/ready says.", not condition.findings)
    if look.disk is not None:
        yield _one("dafu_disk_free_bytes", "Free where the data folder is.", look.disk)
    if vitals is None:
        return
    yield _one("dafu_database_bytes", "What the database takes on its disk.", vitals.size)
    skew = (vitals.now - look.now).total_seconds()
    yield _one("dafu_clock_skew_seconds", "The database's clock less this machine's.", skew)
    owed = _by("dafu_queue_events", "Events a consumer group is owed.", "group")
    oldest = _by("dafu_queue_oldest_seconds", "Age of the oldest event a group is owed, 0 for none.", "group")
    dead = _by("dafu_dead_letters", "Events put aside for a person to look at.", "group")
    for group, backlog in vitals.backlogs.items():
        owed.add_metric([group], backlog.owed)
        oldest.add_metric([group], _past(look.now, backlog.oldest))
        dead.add_metric([group], backlog.dead)
    yield from (owed, oldest, dead)
    yield _one("dafu_deliveries_owed", "Deliveries with an attempt to come.", vitals.deliveries)
    delivery, visit = _past(look.now, vitals.delivery_due), _past(look.now, vitals.visit_due)
    yield _one("dafu_delivery_late_seconds", "How long the delivery due first has been due.", delivery)
    yield _one("dafu_visit_late_seconds", "How long the visit due first has been due.", visit)
    sources = _by("dafu_sources", "Watched columns, by how watching them goes.", "health")
    for health in get_args(Health):
        sources.add_metric([health], vitals.sources.get(health, 0))
    yield sources
    subscriptions = _by("dafu_subscriptions", "Subscriptions, by status.", "status")
    for status in ("active", "disabled", "pending"):
        subscriptions.add_metric([status], vitals.subscriptions.get(status, 0))
    yield subscriptions
    stuck = _by("dafu_stuck_leases", "Leases that ended and nobody took the work over.", "table")
    for table, count in vitals.stuck.items():
        stuck.add_metric([table], count)
    yield stuck


def program_version() -> str:
    try:
        return version("dafu")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "unknown"


def _info(checkup: Checkup) -> Metric:
    info = GaugeMetricFamily("dafu_info", "What runs here.", labels=["version", "process", "database", "bus"])
    info.add_metric([program_version(), checkup.process, checkup.engine, checkup.bus_kind], 1)
    return info


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))


def _by(name: str, text: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=[label])


def _past(now: datetime, moment: datetime | None) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
