"""Every test runs with the network closed except to loopback."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator

import network
import pytest
import structlog

pytest_plugins = ("databases", "servers")

network.close()
gc.set_threshold(50_000, 20, 20)  # as processes of the line have it: a seventh of the suite's time


def quiet() -> None:
    """Without a configuration structlog prints every fact of every story on stdout."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


quiet()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _levels() -> Iterator[None]:
    """A command that ran in this process may have made our loggers quieter."""
    loggers = (logging.getLogger(), logging.getLogger("services"))
    before = [one.level for one in loggers]
    quiet()
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where DAFU_NO_SKIPS is set (CI), a skipped test is a failed run; only the saved pages may be elsewhere."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("DAFU_NO_SKIPS"):
        return
    excused = not os.environ.get("DAFU_CORPUS")
    skipped = [one for one in reporter.stats.get("skipped", ()) if not (excused and "DAFU_CORPUS" in str(one.longrepr))]
    if skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(skipped)} skipped, and DAFU_NO_SKIPS allows none: {skipped[0].longrepr}", red=True)
