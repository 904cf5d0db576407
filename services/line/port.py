"""Listening sockets, made before anything else starts, so that a port in use is one clear line."""

from __future__ import annotations

import socket

from services.domain.errors import Unavailable


def listen(host: str, port: int, remedy: str) -> socket.socket:
    """A listening socket at `host:port` (0: any free port). Raises Unavailable that ends with `remedy`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without Nagle's delay, some 40 ms an answer, only where the socket names its protocol
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise Unavailable(f"cannot listen at {host}:{port} ({error.strerror}); {remedy}") from None
    return listener


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])
