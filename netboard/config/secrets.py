"""The key that signs sessions: from the settings, else from a file in the data folder that is made once."""

import os
import secrets
from pathlib import Path


def secret_key(given: str, data: Path) -> str:
    """The secret key. Without one given and without a folder that can be written, one for this process alone."""
    if given:
        return given
    path = data / "secret.key"
    try:
        return path.read_text().strip() or _make(path)
    except FileNotFoundError:
        return _make(path)
    except OSError:
        return secrets.token_urlsafe(50)


def _make(path: Path) -> str:
    key = secrets.token_urlsafe(50)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".secret.key.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(key)
        try:
            os.link(fresh, path)
        except FileExistsError:
            key = path.read_text().strip() or key
        finally:
            fresh.unlink()
    except OSError:
        return key
    return key
