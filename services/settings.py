"""Every environment variable, typed, read once at the edge. All start with `DAFU_`."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from services.domain.errors import ConfigError
from services.domain.pacing import Pace


class Settings(BaseSettings):
    """Field `data` is read from DAFU_DATA, and so on; deploy/env.example lists them all."""

    # a variable that is set to nothing is as good as not set: env.example can be copied as it is
    model_config = SettingsConfigDict(env_prefix="DAFU_", extra="ignore", env_ignore_empty=True)

    #: Where everything is kept; the demo lives in its folder `demo`.
    data: Path = Path("data")
    #: SQLAlchemy address; empty: SQLite in the data folder.
    database_url: str = ""
    #: `database`, or `redis://…` (rediss, unix) when many machines share the work: docs/bus.md.
    bus_url: str = "database"
    #: A TOML file with names of public bodies of one's own, in the form of reading/aliases.py; empty: none.
    bodies: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    #: How subscribers reach this service; empty: http://host:port.
    public_url: str = ""
    #: Who to write to about our visits: goes into the User-Agent of every request to a site.
    contact: str = "https://github.com/dafu/dafu"
    #: Least seconds between two requests to one host.
    spacing: float = Field(default=5.0, ge=5.0)
    #: Most requests a day to one host, all replicas together.
    per_day: int = Field(default=6000, ge=1)
    #: Addresses on this machine or network that may be reached all the same: `127.0.0.1/32:8080`, comma-separated.
    allow_addresses: Annotated[tuple[str, ...], NoDecode] = ()
    #: A folder with a file for a setting each, `dafu_secret_key`; empty: none.
    secrets: str = ""
    #: Ports that sites and receivers may have, comma-separated.
    ports: Annotated[tuple[int, ...], NoDecode] = (80, 443, 8080, 8443)
    #: New subscriptions need an address that begins with https:.
    https_only: bool = False
    #: 32 bytes in base64 that encrypt the webhook secrets; empty: a key file in the data folder.
    secret_key: SecretStr = SecretStr("")
    #: The key before it, for `dafu secrets reencrypt` only; empty: the key file, where `secret_key` is set.
    secret_key_old: SecretStr = SecretStr("")
    #: Who may read without a token: nobody, callers on this machine that come through no proxy, everybody.
    open_reads: Literal["never", "loopback", "always"] = "loopback"
    #: Requests one caller (a token, or an address without one) may make, all replicas together.
    rate: str = "600/minute"
    #: Receivers that must answer a challenge first: all, all but those of `allow_addresses`, none.
    challenge: Literal["all", "public", "none"] = "public"
    #: Days that `dafu prune` keeps bodies no version rests on, attempts of settled deliveries, differences held back in
    #: repeats; 0: for ever.
    keep_bodies: int = Field(default=0, ge=0)
    keep_attempts: int = Field(default=0, ge=0)
    keep_suppressions: int = Field(default=0, ge=0)
    #: Where /metrics and /health of this process are served apart from the API, for whoever reaches it; 0: nowhere.
    metrics_port: int = Field(default=0, ge=0, le=65535)
    metrics_host: str = "127.0.0.1"
    #: Seconds that what is due may wait before readiness says so.
    lag_limit: float = Field(default=900, gt=0)
    #: MiB that must be free where the data folder is.
    disk_reserve: int = Field(default=512, ge=0)
    env: Literal["development", "production"] = "development"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("allow_addresses", "ports", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @property
    def pace(self) -> Pace:
        return Pace(timedelta(seconds=self.spacing), self.per_day)

    @property
    def user_agent(self) -> str:
        return f"Dafu/0.1 (+{self.contact})"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'dafu.sqlite'}"


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, and where DAFU_SECRETS names a folder from its files (`dafu_secret_key`, as
    Docker and systemd lay them down); a variable counts before a file. Raises ConfigError that names the variable and
    what it takes.
    """
    folder = os.environ.get("DAFU_SECRETS")
    if folder and not Path(folder).is_dir():
        raise ConfigError(f"DAFU_SECRETS: {folder} is no folder; name the one the secrets are files in")
    try:
        settings = Settings(_secrets_dir=folder or None, **overrides)  # type: ignore[arg-type]  # values are judged by pydantic
    except ValidationError as error:
        first = error.errors()[0]
        name = "DAFU_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigError(f"{name}: {first['msg']}, got {first['input']!r}") from None
    if settings.env == "production" and settings.allow_addresses:
        raise ConfigError("DAFU_ALLOW_ADDRESSES is for tests and the demo: unset it, or DAFU_ENV=production")
    return settings
