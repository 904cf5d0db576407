"""The network is closed except to loopback: every test runs behind this, and attack tests read it as their oracle."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

#: Addresses a test tried to reach beyond loopback; the attack tests read it as their oracle.
forbidden: list[str] = []


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
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


def close() -> None:
    """From now on, for the rest of the process."""
    sys.addaudithook(_judge)
