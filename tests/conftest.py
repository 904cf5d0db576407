"""Every test runs with the network closed except to loopback."""

from __future__ import annotations

import os

import network
import pytest

pytest_plugins = ("databases",)

network.close()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where DAFU_NO_SKIPS is set (CI), a skipped test is a failed run: everything needed is there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("DAFU_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(reporter.stats['skipped'])} skipped, and DAFU_NO_SKIPS allows none", red=True)
