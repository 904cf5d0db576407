"""The webhook secrets at rest: another key for all of them, and a key that opens none."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from test_bad_input import Dafu, assert_refused, dafu

from services.api.webhooks.rekey import check_opens, reencrypt
from services.api.webhooks.secrets import SecretBox, load_box
from services.domain.errors import ConfigError
from services.domain.subscription import Filter, Subscription
from services.line.folder import held
from services.storage.database import Database, open_database
from services.storage.subscriptions import add_subscription, rotate_secret, sealed_secrets

__all__ = ["dafu"]  # the fixture
NOW = datetime(2023, 3, 27, tzinfo=UTC)
OLD, NEW, OTHER = (bytes([n]) * 32 for n in (1, 2, 3))
SECRETS = [("s1", b"first-new"), ("s2", b"second"), ("s1", b"first-old")]


def text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def subscribe(database: Database, box: SecretBox) -> None:
    """Two subscriptions, one of them with its secret being rotated."""
    with database.write() as conn:
        for id_, secret in (("s1", b"first-old"), ("s2", b"second")):
            value = Subscription(id_, "local", f"https://{id_}.example.org/", Filter(), NOW)
            add_subscription(conn, value, box.seal(secret, id_))
        rotate_secret(conn, "s1", box.seal(b"first-new", "s1"), NOW + timedelta(days=1), NOW)


def opened(database: Database, box: SecretBox) -> list[tuple[str, bytes]]:
    with database.read() as conn:
        return sorted((id_, box.open(sealed, id_)) for id_, sealed in sealed_secrets(conn))


def stored(database: Database) -> list[tuple[str, bytes]]:
    with database.read() as conn:
        return sorted(sealed_secrets(conn))


@pytest.fixture
def house(tmp_path: Path) -> Callable[[], Database]:
    """Opens the database of the data folder `tmp_path`, in which secrets are stored."""

    def open_() -> Database:
        return open_database(f"sqlite:///{tmp_path / 'dafu.sqlite'}")

    database = open_()
    subscribe(database, SecretBox(OLD))
    database.close()
    return open_


def test_every_secret_moves_to_the_new_key(database: Database) -> None:
    old, new = SecretBox(OLD), SecretBox(NEW)
    subscribe(database, old)
    with database.write() as conn:
        assert reencrypt(conn, old, new) == 3
    assert opened(database, new) == sorted(SECRETS)
    with database.write() as conn:
        check_opens(conn, new)
        assert reencrypt(conn, old, new) == 0
        with pytest.raises(ConfigError, match="DAFU_SECRET_KEY"):
            check_opens(conn, old)


def test_one_secret_that_neither_key_opens_leaves_all_as_they_were(database: Database) -> None:
    subscribe(database, SecretBox(OLD))
    with database.write() as conn:
        value = Subscription("s3", "local", "https://s3.example.org/", Filter(), NOW)
        add_subscription(conn, value, SecretBox(OTHER).seal(b"third", "s3"))
    before = stored(database)
    with pytest.raises(ConfigError, match="s3"), database.write() as conn:
        reencrypt(conn, SecretBox(OLD), SecretBox(NEW))
    assert stored(database) == before


def test_reencrypt(dafu: Dafu, tmp_path: Path, house: Callable[[], Database]) -> None:
    keys = {"DAFU_DATA": str(tmp_path), "DAFU_SECRET_KEY": text(NEW)}
    assert_refused(dafu("secrets", "reencrypt", **keys), "DAFU_SECRET_KEY_OLD")
    assert_refused(dafu("secrets", "reencrypt", **keys, DAFU_SECRET_KEY_OLD="short"), "DAFU_SECRET_KEY_OLD", "32 bytes")
    assert_refused(dafu("secrets", "reencrypt", **keys, DAFU_SECRET_KEY_OLD=text(OTHER)), "DAFU_SECRET_KEY_OLD", "s1")
    with held(tmp_path):
        assert_refused(dafu("secrets", "reencrypt", **keys, DAFU_SECRET_KEY_OLD=text(OLD)), "another dafu")
    run = dafu("secrets", "reencrypt", **keys, DAFU_SECRET_KEY_OLD=text(OLD))
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("3 secrets")
    assert not (tmp_path / "secret.key").exists()
    database = house()
    assert opened(database, SecretBox(NEW)) == sorted(SECRETS)
    database.close()


def test_from_the_key_file_to_the_setting(dafu: Dafu, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'dafu.sqlite'}")
    subscribe(database, load_box("", tmp_path))
    run = dafu("secrets", "reencrypt", DAFU_DATA=str(tmp_path), DAFU_SECRET_KEY=text(NEW))
    assert run.returncode == 0, run.stderr
    assert opened(database, SecretBox(NEW)) == sorted(SECRETS)
    database.close()


@pytest.mark.parametrize("setting", [{"DAFU_SECRET_KEY": text(OTHER)}, {}])
def test_run_does_not_start_with_a_key_that_opens_nothing(
    dafu: Dafu, tmp_path: Path, house: Callable[[], Database], setting: dict[str, str]
) -> None:
    run = dafu("run", DAFU_DATA=str(tmp_path), DAFU_PORT="0", **setting)
    assert_refused(run, "DAFU_SECRET_KEY", "dafu secrets reencrypt")
