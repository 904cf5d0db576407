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
    """Where DAFU_NO_SKIPS is set (CI), a skipped test is a failed run; only the saved pages may be elsewhere."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("DAFU_NO_SKIPS"):
        return
    excused = not os.environ.get("DAFU_CORPUS")
    skipped = [one for one in reporter.stats.get("skipped", ()) if not (excused and "DAFU_CORPUS" in str(one.longrepr))]
    if skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(skipped)} skipped, and DAFU_NO_SKIPS allows none: {skipped[0].longrepr}", red=True)
