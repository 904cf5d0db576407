"""Errors, drawn as a tree. Exceptions are for callers' mistakes and for bugs; a broken page is a value.

DafuError                 one line: what is wrong, with what, and what to do about it
├── InputError            unreadable input or wrong usage            exit 2, HTTP 422
│   └── ConfigError       a setting or a configuration file is wrong exit 2
├── NotFound              no such document, version, subscription    exit 2, HTTP 404
├── Conflict              it exists already                          HTTP 409
├── Unauthorized          no token, or none of ours                  HTTP 401
├── Forbidden             a token without the scope this needs       HTTP 403
└── Unavailable           a file, port or database cannot be used    exit 2, HTTP 503
"""

from __future__ import annotations


class DafuError(Exception):
    """`str(error)` is one line fit for a person: it names the thing and the remedy."""


class InputError(DafuError):
    """The input cannot be read or the command was used wrongly: correct it and call again."""


class ConfigError(InputError):
    """A setting or configuration file is wrong: the message names the file, the key and what it takes."""


class NotFound(DafuError):
    """Nothing is stored under that name."""


class Conflict(DafuError):
    """It exists already; `existing` is its id."""

    def __init__(self, message: str, existing: str) -> None:
        super().__init__(message)
        self.existing = existing


class Unauthorized(DafuError):
    """Who asks is not known: send a token."""


class Forbidden(DafuError):
    """Who asks is known and may not."""


class Unavailable(DafuError):
    """A folder, port or database cannot be used: mend what the message names, then start again."""
