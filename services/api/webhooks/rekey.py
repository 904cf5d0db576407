"""All stored webhook secrets at once: does the key open them, and the way from one key to another."""

from __future__ import annotations

from sqlalchemy import Connection

from services.api.webhooks.secrets import SecretBox
from services.domain.errors import ConfigError
from services.storage.subscriptions import replace_secret, sealed_secrets


def check_opens(conn: Connection, box: SecretBox) -> None:
    """Raises ConfigError where any stored secret is sealed with another key."""
    for subscription, sealed in sealed_secrets(conn):
        box.open(sealed, subscription)


def reencrypt(conn: Connection, old: SecretBox, new: SecretBox) -> int:
    """Seal with `new` what `old` opens, and answer how many that were; what `new` opens already stays as it is.

    Raises ConfigError at the first secret that neither opens: the transaction is then to be rolled back.
    """
    done = 0
    for subscription, sealed in tuple(sealed_secrets(conn)):
        if new.opens(sealed, subscription):
            continue
        if not old.opens(sealed, subscription):
            raise ConfigError(
                f"DAFU_SECRET_KEY_OLD does not open the stored secret of {subscription}, nor does the present key: "
                "nothing was changed; set DAFU_SECRET_KEY_OLD to the key it was sealed with"
            )
        replace_secret(conn, subscription, sealed, new.seal(old.open(sealed, subscription), subscription))
        done += 1
    return done
