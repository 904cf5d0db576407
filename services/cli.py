"""`dafu …`: a thin face over the rooms. Exit codes: 0 done, 1 the checked thing failed, 2 wrong usage or unreadable."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from services.domain.errors import DafuError

app = typer.Typer(
    name="dafu",
    help="Watches official Chinese pages and says exactly what changed in what was promised.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
sources = typer.Typer(help="The columns that are watched.")
app.add_typer(sources, name="sources")
tokens = typer.Typer(help="Who may ask the API.")
app.add_typer(tokens, name="tokens")
events = typer.Typer(help="What was told, and what of it was put aside.")
app.add_typer(events, name="events")
secrets = typer.Typer(help="The webhook secrets at rest.")
app.add_typer(secrets, name="secrets")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON value on stdout and nothing else.")]
#: What the shell offers after TAB is looked up only then.
_KIND = typer.Option(
    help="reply_npc, reply_cppcc, policy_notice, work_summary or other.",
    autocompletion=lambda incomplete: _offer("kinds", incomplete),
)
_SourceId = Annotated[
    str, typer.Argument(metavar="ID", autocompletion=lambda incomplete: _offer("source_ids", incomplete))
]
PageArgument = Annotated[str, typer.Argument(metavar="PATH", help="A page (.html), a text (.txt), - for stdin.")]


def _offer(what: str, incomplete: str) -> list[Any]:
    from services.commands import completing

    found: list[Any] = getattr(completing, what)(incomplete)
    return found


@app.callback()
def _start() -> None:
    from services.commands.bodies import know_own_bodies

    know_own_bodies()


@app.command()
def parse(
    path: PageArgument,
    url: Annotated[str | None, typer.Option(help="The page's own address.")] = None,
    as_json: AsJson = False,
    explain: Annotated[bool, typer.Option("--explain", help="Every extracted thing, its span and its rule.")] = False,
) -> None:
    """Read one page or text into the structured document."""
    from services.commands.reading import parse_command

    raise typer.Exit(parse_command(path, url, as_json=as_json, explain=explain))


@app.command()
def diff(
    old: PageArgument,
    new: PageArgument,
    as_json: AsJson = False,
    as_html: Annotated[bool, typer.Option("--html", help="One page that stands alone: both texts, marked.")] = False,
) -> None:
    """Typed changes between two pages, texts, addresses or stored versions (doc_…@1); exit 1 when there are any."""
    from services.commands.reading import diff_command

    raise typer.Exit(diff_command(old, new, as_json=as_json, as_html=as_html))


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(help="A folder with replay.toml and the bodies it names.")],
    as_json: AsJson = False,
    accept: Annotated[bool, typer.Option("--accept", help="Write expected.json from this run (and fail).")] = False,
) -> None:
    """Run a recorded site history through the real line under a simulated clock."""
    from services.commands.replaying import replay_command

    raise typer.Exit(replay_command(folder, as_json=as_json, accept=accept))


@app.command()
def reread(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; store nothing.")] = False,
    document: Annotated[str | None, typer.Option(metavar="ID", help="Only this document.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read every stored snapshot again with the reader of today: what would it say? Rewrites and tells nothing."""
    from services.commands.rereading import reread_command

    raise typer.Exit(reread_command(document, dry_run=dry_run, as_json=as_json))


@app.command()
def verify(
    export: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Check this export, not the database.")] = None,
    as_json: AsJson = False,
) -> None:
    """Is everything stored still what it was? Bodies, versions, changes, events; exit 1 where anything is wrong."""
    from services.commands.verifying import verify_command

    raise typer.Exit(verify_command(export, as_json=as_json))


@app.command()
def status(as_json: AsJson = False) -> None:
    """How the service is: what is owed, how old it is, and everything that is wrong with its remedy; exit 1 if any."""
    from services.commands.operating import status_command

    raise typer.Exit(status_command(as_json=as_json))


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Where the copies are kept.")],
    keep: Annotated[int, typer.Option(help="So many of the newest stay there.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Copy the SQLite database while it is in use, and check the copy."""
    from services.commands.operating import backup_command

    backup_command(folder, keep, as_json=as_json)


@app.command()
def restore(copy: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")], as_json: AsJson = False) -> None:
    """Put a backup where the SQLite database is. Stop Dafu first; what was there is moved aside."""
    from services.commands.operating import restore_command

    restore_command(copy, as_json=as_json)


@app.command()
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take away what DAFU_KEEP_… says is kept no longer. Never a version, nor what one rests on."""
    from services.commands.archiving import prune_command

    prune_command(dry_run=dry_run, as_json=as_json)


@app.command("export")
def export_all(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    everything: Annotated[bool, typer.Option("--everything", help="Owners, subscriptions, deliveries too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write all that was published and read as JSON lines and bodies, for another program or another Dafu."""
    from services.commands.archiving import export_command

    export_command(folder, everything=everything, as_json=as_json)


@app.command("import")
def import_all(
    folder: Annotated[Path, typer.Argument(help="What `dafu export` made.")], as_json: AsJson = False
) -> None:
    """Read an export into an empty database; exit 1, and nothing stored, where it is damaged."""
    from services.commands.archiving import import_command

    raise typer.Exit(import_command(folder, as_json=as_json))


@app.command()
def changes(
    severity: Annotated[
        str,
        typer.Option(help="This serious or more.", autocompletion=lambda incomplete: _offer("severities", incomplete)),
    ] = "none",
    direction: Annotated[
        str | None,
        typer.Option(
            help="softened, strengthened, neutral or unclear.",
            autocompletion=lambda incomplete: _offer("directions", incomplete),
        ),
    ] = None,
    agency: Annotated[str | None, typer.Option(help="Who signed or published: full or short name.")] = None,
    kind: Annotated[str | None, _KIND] = None,
    since: Annotated[str | None, typer.Option(help="Recorded on this day or after: 2026-01-31.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=250, help="How many at the most.")] = 30,
    as_json: AsJson = False,
) -> None:
    """What changed in what is stored, the gravest first."""
    from services.commands.looking import changes_command

    changes_command(
        severity=severity, direction=direction, agency=agency, kind=kind, since=since, limit=limit, as_json=as_json
    )


@app.command()
def documents(
    words: Annotated[str | None, typer.Argument(help="Words that all occur in title, agency or numbers.")] = None,
    agency: Annotated[str | None, typer.Option(help="Full or short name.")] = None,
    kind: Annotated[str | None, _KIND] = None,
    limit: Annotated[int, typer.Option(min=1, max=250, help="How many at the most.")] = 30,
    as_json: AsJson = False,
) -> None:
    """The documents that are stored, the last found first."""
    from services.commands.looking import documents_command

    documents_command(words, agency=agency, kind=kind, limit=limit, as_json=as_json)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the week; 0 only if all went as expected.")] = False,
    as_json: AsJson = False,
) -> None:
    """A local official site lives through a week of edits; watch the alerts arrive. Needs no network."""
    from services.commands.demonstrating import demo_command

    raise typer.Exit(demo_command(once=once, as_json=as_json))


@app.command()
def run() -> None:
    """Everything in one process: fetcher, parser, API, webhooks."""
    from services.commands.running import run_command

    run_command()


@app.command()
def api() -> None:
    """The API alone; any number of these, beside the stages below."""
    from services.commands.running import api_command

    api_command()


@app.command()
def fetcher() -> None:
    """Visit pages; any number of these may share the work."""
    _stage("fetcher")


@app.command()
def parser() -> None:
    """Read what was fetched; any number of these may share the work."""
    _stage("parser")


@app.command()
def webhooks() -> None:
    """Tell subscribers; any number of these may share the work."""
    _stage("webhooks")


@app.command()
def relay() -> None:
    """Carry events to Redis Streams, where DAFU_BUS_URL names one; any number of these may share the work."""
    _stage("relay")


def _stage(name: str) -> None:
    from services.commands.running import stage_command

    stage_command(name)


@events.command("dead")
def events_dead(
    group: Annotated[str | None, typer.Option(help="Only this group's: parser, webhooks.")] = None,
    as_json: AsJson = False,
) -> None:
    """Events that failed again and again and were put aside, and why."""
    from services.commands import events as command

    command.dead_command(group, as_json=as_json)


@events.command("redrive")
def events_redrive(
    id_: Annotated[str | None, typer.Argument(metavar="ID", help="One event; without it, all that are dead.")] = None,
    group: Annotated[str | None, typer.Option(help="Only this group's.")] = None,
    as_json: AsJson = False,
) -> None:
    """Owe what was put aside once more."""
    from services.commands import events as command

    command.redrive_command(id_, group, as_json=as_json)


@events.command("replay")
def events_replay(
    group: Annotated[str, typer.Argument(help="parser, webhooks, or one of your own.")],
    since: Annotated[str, typer.Option(help="From when on: 2026-11-01T00:00:00+08:00.")],
    type_: Annotated[list[str] | None, typer.Option("--type", help="Only this type; repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """Owe a group everything since a moment again; its effects happen again."""
    from services.commands import events as command

    command.replay_command(group, since, type_, as_json=as_json)


@sources.command("list")
def sources_list(as_json: AsJson = False) -> None:
    """The columns that are watched and how they do."""
    from services.commands import watching

    watching.list_command(as_json=as_json)


@sources.command("add")
def sources_add(
    url: Annotated[str, typer.Argument(help="Address of the column's list page.")],
    id_: Annotated[str | None, typer.Option("--id", help="A short name that never changes.")] = None,
    every: Annotated[str | None, typer.Option(help="Time between two visits: 30m, 6h, 1d.")] = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    agency: Annotated[str | None, typer.Option(help="Who publishes there.")] = None,
    kind: Annotated[str | None, _KIND] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Watch it with what is found, without asking.")] = False,
    look: Annotated[bool, typer.Option("--look/--no-look", help="Read the column first.")] = True,
    as_json: AsJson = False,
) -> None:
    """Look at a column, then watch it from now on. What is left out the first look proposes."""
    from services.commands import watching

    given = {"id": id_, "every": every, "name": name, "agency": agency, "kind": kind}
    raise typer.Exit(watching.add_command(url, given, look=look, yes=yes, as_json=as_json))


@sources.command("check")
def sources_check(id_: _SourceId, as_json: AsJson = False) -> None:
    """Visit a watched column now and say what its list page holds; nothing is stored."""
    from services.commands import watching

    watching.check_source_command(id_, as_json=as_json)


@app.command()
def warc(
    file: Annotated[str, typer.Argument(metavar="FILE", help="To be made, as .warc.gz; - for stdout.")],
    source: Annotated[str | None, typer.Option(help="Only this column's pages.")] = None,
    since: Annotated[str | None, typer.Option(help="Taken from this day or moment on (ISO 8601).")] = None,
    until: Annotated[str | None, typer.Option(help="Taken before this day or moment.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Also visits that saw nothing new, as revisits.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the stored snapshots as a WARC file, for archives and their tools."""
    from services.commands.warc import warc_command

    warc_command(file, source, since, until, again=again, as_json=as_json)


@app.command()
def backfill(
    id_: Annotated[str, typer.Argument(metavar="SOURCE", help="Id of a watched column.")],
    status: Annotated[bool, typer.Option("--status", help="Only say how it stands.")] = False,
    as_json: AsJson = False,
) -> None:
    """Walk through a whole column and fetch all it names, politely. Stopped or killed, the same command goes on."""
    from services.commands.backfilling import backfill_command

    raise typer.Exit(backfill_command(id_, status=status, as_json=as_json))


@tokens.command("create")
def tokens_create(
    owner: Annotated[str, typer.Option(help="Whose subscriptions it sees; others' are not there for it.")] = "local",
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="read, subscribe (the default) or admin; repeatable.",
            autocompletion=lambda incomplete: _offer("scopes", incomplete),
        ),
    ] = None,
    expires: Annotated[str | None, typer.Option(help="Time until it ends: 12h, 90d. Without: never.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a token; it is shown this once."""
    from services.commands import tokens as command

    command.create_command(owner, name, scope or ["subscribe"], expires, as_json=as_json)


@tokens.command("list")
def tokens_list(as_json: AsJson = False) -> None:
    """All tokens, without the tokens themselves."""
    from services.commands import tokens as command

    command.list_command(as_json=as_json)


@tokens.command("revoke")
def tokens_revoke(id_: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """End a token now."""
    from services.commands import tokens as command

    command.revoke_command(id_, as_json=as_json)


@secrets.command("reencrypt")
def secrets_reencrypt(as_json: AsJson = False) -> None:
    """Encrypt every stored secret anew, from DAFU_SECRET_KEY_OLD to DAFU_SECRET_KEY. Stop `dafu run` first."""
    from services.commands.secrets import reencrypt_command

    reencrypt_command(as_json=as_json)


@app.command()
def check(url: Annotated[str, typer.Argument(help="Address of one page.")], as_json: AsJson = False) -> None:
    """Fetch one page now, read it, and say how it differs from what is stored of it."""
    from services.commands.checking import check_command

    check_command(url, as_json=as_json)


def main() -> None:
    """Run a command; errors are one line on stderr."""
    sys.exit(_guarded(lambda: app(standalone_mode=False)))


def _guarded(command: Callable[[], Any]) -> int:
    try:
        code = command()
    except typer.Abort:
        return 130
    except DafuError as error:
        return _fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        context = getattr(error, "ctx", None)
        place = context.command_path if context else "dafu"
        return _fail(f"{message().rstrip('.')}. See '{place} --help'.")
    return code if isinstance(code, int) else 0


def _fail(message: str) -> int:
    print("dafu: " + " ".join(message.split()), file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
