"""The migrations make exactly the tables the code speaks of, forwards and backwards, once, and never on newer ones."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, column, create_engine, inspect, make_url, table, text, update
from storage.samples import page_id, watch
from storage.test_standing_commitments import promise, promised, read

from services.domain.errors import Unavailable
from services.storage import migrations
from services.storage.commitments import Asked, find_commitments
from services.storage.database import create_engine_for, open_database
from services.storage.schema import VERSION_TABLE, downgrade, head, revision, upgrade
from services.storage.tables import metadata

FULL_TEXT = ("commitment_text", "document_text")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a place with no tables at all."""
    if request.param == "sqlite":
        made = create_engine_for(f"sqlite:///{tmp_path / 'dafu.sqlite'}")
        yield made
        made.dispose()
        return
    url, schema = make_url(request.getfixturevalue("postgres_url")), f"dafu_test_{uuid4().hex[:12]}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create schema {schema}"))
    made = create_engine_for(url.update_query_dict({"options": f"-csearch_path={schema}"}))
    yield made
    made.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"drop schema {schema} cascade"))
    admin.dispose()


def differences(connection: Connection) -> object:
    options: dict[str, object] = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
    # full-text indexes are tables of the engine's own making, which Alembic cannot compare
    options["include_name"] = lambda name, what, _: what != "table" or not str(name).startswith(FULL_TEXT)
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def test_an_empty_database_becomes_what_the_code_expects(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        assert revision(connection) == head()
        assert differences(connection) == []


def test_a_missing_column_would_be_noticed(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("alter table host drop column crawl_delay"))
        assert differences(connection) != []


def test_sqlite_tables_are_the_same_statement_for_statement(tmp_path: Path) -> None:
    """Beyond what Alembic compares: AUTOINCREMENT, ON DELETE, the names of constraints."""
    migrated = create_engine_for(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    upgrade(migrated)
    created = create_engine_for(f"sqlite:///{tmp_path / 'created.sqlite'}")
    metadata.create_all(created)
    assert statements(migrated) == statements(created)
    migrated.dispose()
    created.dispose()


def statements(engine: Engine) -> dict[str, list[str]]:
    """Name to the parts of its CREATE statement, in no order."""
    query = "select name, sql from sqlite_master where sql is not null and name not like 'sqlite_%'"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(query).all()
    # SQLite quotes the name of a table that was made by renaming its copy
    unquoted = [(name, sql.replace(chr(34), "")) for name, sql in rows]
    return {
        name: sorted(part.strip(" ,") for part in sql.split("\n")) for name, sql in unquoted if name != VERSION_TABLE
    }


def test_down_leaves_nothing_and_up_again_everything(engine: Engine) -> None:
    upgrade(engine)
    downgrade(engine, "base")
    assert inspect(engine).get_table_names() == [VERSION_TABLE]
    upgrade(engine)
    with engine.connect() as connection:
        assert differences(connection) == []


def test_rows_survive_opening_again(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("insert into host (name, next_request) values ('a', 1)"))
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("select name from host")).scalars().all() == ["a"]


def test_a_step_back_keeps_what_the_older_tables_hold(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("insert into host (name, next_request) values ('a', 1)"))
    downgrade(engine, "0001")
    assert not {"commitment", "commitment_actor", "commitment_body", "commitment_text"} & set(
        inspect(engine).get_table_names()
    )
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("select name from host")).scalars().all() == ["a"]
        assert differences(connection) == []


def test_a_newer_database_is_refused_untouched(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(update(table(VERSION_TABLE, column("version_num"))).values(version_num="9999"))
    url = engine.url.render_as_string(hide_password=False)
    for attempt in (lambda: upgrade(engine), lambda: downgrade(engine, "base"), lambda: open_database(url)):
        with pytest.raises(Unavailable, match=r"^[^\n]*9999[^\n]*install the newer version[^\n]*$"):
            attempt()
    with engine.connect() as connection:
        assert revision(connection) == "9999"
        assert differences(connection) == []


def test_processes_that_start_together_migrate_once(engine: Engine) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            upgrade(engine)
        except BaseException as error:  # whatever it is, the test wants to see it
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_migration_that_fails_leaves_the_tables_as_they_were(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("create table delivery (id integer)"))  # in the way of a table made late
    with pytest.raises(Exception, match="delivery"):
        upgrade(engine)
    assert inspect(engine).get_table_names() == ["delivery"]


def test_every_script_is_in_the_package() -> None:
    folder = Path(str(migrations.__file__)).parent
    assert {path.name for path in folder.glob("versions/*.py")} >= {"v0001_first.py", "v0002_commitments.py"}
    assert not (folder / "alembic.ini").exists()


def test_commitments_of_the_older_tables_are_found_by_the_new_ones(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        watch(connection, [1])
        read(connection, 1, promised(promise("a", "建成养老服务站90个。"), promise("b", "发展养老产业。")))
        before = find_commitments(connection, Asked())
    downgrade(engine, "0008")
    name = (
        "insert into commitment_actor (document_id, commitment_id, ordinal, name, short) values (:of, 'b', 0, 'x', 'y')"
    )
    with engine.begin() as connection:
        connection.execute(text(name), {"of": page_id(1)})
    upgrade(engine)
    with engine.begin() as connection:
        assert find_commitments(connection, Asked()) == before
        assert [each.id for each in find_commitments(connection, Asked(words=["服务"]))] == ["a"]
        assert [each.id for each in find_commitments(connection, Asked(actors=["y"]))] == ["b"]
        assert [each.id for each in find_commitments(connection, Asked(types=["task"]))] == ["a", "b"]
        read(connection, 2, promised(promise("b", "发展养老产业。")))
        assert [each.id for each in find_commitments(connection, Asked(words=["养老"]))] == ["b"]
