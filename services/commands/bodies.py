"""The user's own names of public bodies, known before anything is read."""

from __future__ import annotations

import tomllib
from pathlib import Path

from services.domain.errors import ConfigError
from services.parser.reading.aliases import Aliases, aliases_of
from services.parser.reading.bodies import extend
from services.settings import load_settings


def know_own_bodies() -> None:
    """Read the file DAFU_BODIES names. Raises ConfigError that names the file, the key and what it takes."""
    path = load_settings().bodies
    try:
        extend(aliases_of(tomllib.loads(Path(path).read_text(encoding="utf-8"))) if path else Aliases())
    except OSError as error:
        raise ConfigError(f"DAFU_BODIES: {path}: {error.strerror}: name a TOML file, or unset it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"DAFU_BODIES: {path} is no TOML in UTF-8: {error}") from None
    except ConfigError as error:
        raise ConfigError(f"DAFU_BODIES: {path}: {error}") from None
