"""Keeps secrets readable to this installation alone: sealed with a key that lies in a file of mode 0600.

Lose the key file and the sealed secrets are lost; a backup must hold it.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from headwater.base.errors import Terminal


class Sealer:
    """Seals text (AES-128-CBC with HMAC-SHA256: Fernet) and opens what it sealed; and gives keyed digests of ids."""

    def __init__(self, *, key: bytes) -> None:
        self._fernet = Fernet(key)
        self._digest_key = hashlib.blake2b(key, person=b"headwater.ids", digest_size=32).digest()

    @classmethod
    def at(cls, path: Path) -> Sealer:
        """With the key of that file; made, with mode 0600, when it is not there. Raises Terminal when it holds none."""
        try:
            return cls(key=_read_or_make(path))
        except ValueError:
            raise Terminal(
                f"{path} holds no key that secrets are sealed with. Put the key file of the same data folder back."
            ) from None

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises Terminal when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise Terminal(
                "A stored secret cannot be opened: it was sealed with another key than the one in secret.key. "
                "Put the key file of the same data folder back."
            ) from None

    def digest(self, *parts: str) -> str:
        """32 hex digits that stand for an id: the same for the same parts, and nobody without the key can tell which
        ids they stand for, nor try some out."""
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self._digest_key, digest_size=16).hexdigest()


def write_private(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)
    draft.replace(path)


def _read_or_make(path: Path) -> bytes:
    if not path.exists():
        write_private(path, Fernet.generate_key())
    return path.read_bytes().strip()
