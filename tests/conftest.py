"""Every test runs with the network closed except to loopback."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

import pytest

#: Addresses a test tried to reach beyond loopback; the attack tests read it as their oracle.
forbidden: list[str] = []


def _close_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if not isinstance(address, tuple):  # a UNIX socket
        return
    host = str(address[0]).partition("%")[0]
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        forbidden.append(host)
        raise ConnectionRefusedError(f"tests may not leave this machine: {host}")


sys.addaudithook(_close_the_network)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where DAFU_NO_SKIPS is set (CI), a skipped test is a failed run: everything needed is there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("DAFU_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(reporter.stats['skipped'])} skipped, and DAFU_NO_SKIPS allows none", red=True)
