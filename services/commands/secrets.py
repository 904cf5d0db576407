"""`dafu secrets …`: the webhook secrets at rest."""

from __future__ import annotations

from contextlib import closing

from services.api.webhooks.rekey import reencrypt
from services.api.webhooks.secrets import load_box, load_old_box
from services.commands.told import told
from services.line.folder import held
from services.settings import load_settings
from services.storage.database import open_database


def reencrypt_command(*, as_json: bool = False) -> None:
    """All or nothing, and not beside a `dafu run` of this data folder, which would go on with the old key."""
    settings = load_settings()
    with held(settings.data), closing(open_database(settings.database)) as database:
        present = settings.secret_key.get_secret_value()
        old = load_old_box(settings.secret_key_old.get_secret_value(), settings.data, present)
        new = load_box(present, settings.data)
        with database.write() as conn:
            done = reencrypt(conn, old, new)
    line = f"{done} secrets encrypted anew; DAFU_SECRET_KEY_OLD is no longer needed"
    told({"count": done}, line, as_json=as_json)
