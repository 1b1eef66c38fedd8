"""How the host worker asks the observer beside it to compare now: by touching a file in the data folder."""

from pathlib import Path


class RecheckFile:
    """One file, touched by who asks and looked at by who is asked."""

    def __init__(self, data: Path, host: str) -> None:
        self._path = data / f"recheck.{host}"
        self._seen = self._touched()

    def ask(self) -> None:
        """Ask the observer for a comparison with a fresh dump. Raises OSError where the folder cannot be written."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(b"")

    def was_asked(self) -> bool:
        """Whether somebody asked since this was last called."""
        touched = self._touched()
        asked, self._seen = touched != self._seen, touched
        return asked

    def _touched(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return 0
