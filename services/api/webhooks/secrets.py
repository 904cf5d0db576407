"""Webhook secrets at rest: AES-256-GCM, key from the settings or from a key file only its owner may read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.domain.errors import ConfigError, Unavailable

_NONCE = 12


class SecretBox:
    """Seals and opens secrets. What was sealed for one subscription does not open for another."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(key)

    def derive(self, purpose: str) -> bytes:
        """Another key, for `purpose` only."""
        return hmac.digest(self._key, purpose.encode(), hashlib.sha256)

    def seal(self, secret: bytes, subscription: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, subscription.encode())

    def open(self, sealed: bytes, subscription: str) -> bytes:
        """Raises ConfigError when the key is not the one it was sealed with."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], subscription.encode())
        except InvalidTag:
            raise ConfigError(
                "DAFU_SECRET_KEY (without one, secret.key in DAFU_DATA) does not open the stored webhook secrets: "
                "start with the key they were sealed with, or run `dafu secrets reencrypt` with DAFU_SECRET_KEY_OLD"
            ) from None

    def opens(self, sealed: bytes, subscription: str) -> bool:
        try:
            self.open(sealed, subscription)
        except ConfigError:
            return False
        return True


def load_box(setting: str, folder: Path) -> SecretBox:
    """The box for `setting` (32 bytes in base64) or, where that is empty, for the key file in `folder`."""
    if setting:
        return SecretBox(_decode(setting, "DAFU_SECRET_KEY"))
    path = folder / "secret.key"
    try:
        if not path.exists():
            _write_once(path, base64.b64encode(os.urandom(32)))
        return SecretBox(_decode(path.read_text(encoding="ascii").strip(), str(path)))
    except OSError as error:
        raise Unavailable(
            f"{path}: cannot be read or written ({error.strerror}); set DAFU_DATA or DAFU_SECRET_KEY"
        ) from None


def load_old_box(setting: str, folder: Path, present: str) -> SecretBox:
    """The box secrets are moved out of: `setting`, or, where that is empty and `present` set, the key file in `folder`.

    Raises ConfigError where there is neither.
    """
    if setting:
        return SecretBox(_decode(setting, "DAFU_SECRET_KEY_OLD"))
    if present and (folder / "secret.key").exists():
        return load_box("", folder)
    raise ConfigError("DAFU_SECRET_KEY_OLD: set it to the key the stored webhook secrets were sealed with")


def _write_once(path: Path, content: bytes) -> None:
    """Whole or not at all, and never over another process's key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _decode(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise ConfigError(f"{name}: must be 32 bytes in base64; make one with `openssl rand -base64 32`")
    return key
