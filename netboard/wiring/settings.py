"""Every setting of netboard, typed, from `NETBOARD_*`; no Django here. The README lists them in a table."""

import functools
import socket
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One field, one variable: `bind` is `NETBOARD_BIND`."""

    model_config = SettingsConfigDict(env_prefix="NETBOARD_", extra="ignore")

    bind: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    url: str = ""
    """How browsers reach the board: allowed host, origin, cookies."""
    trusted_proxies: str = "127.0.0.1,::1"
    """Addresses or networks of proxies, with commas between, whose word on a visitor's address and TLS counts."""
    data: Path = Path(".netboard")
    """Folder of the embedded database, Valkey's socket and keys."""
    database_url: str = ""
    """Empty: SQLite in the data folder."""
    redis_url: str = ""
    """Empty: the embedded Valkey's socket in the data folder."""
    secret_key: str = ""
    """Empty: kept in a file of the data folder."""
    debug: bool = False
    log_format: Literal["text", "json"] = "text"
    demo: str = ""
    """`HOSTSxCONTAINERS` of a simulated fleet."""

    docker: str = "unix:///var/run/docker.sock"
    host_id: str = ""
    """Empty: from the machine's name."""
    host_title: str = ""
    host_key: str = ""
    """What signs tasks for this agent; from enrolment. Empty: kept in a file of the data folder."""

    check_every: float = Field(default=60.0, gt=0)
    """Seconds between comparisons of the kept facts with a fresh dump."""
    scan_every: float = Field(default=1.8, gt=0)
    """Seconds between scans for namespaces that only a process holds."""
    beat_every: float = Field(default=3.0, gt=0)
    """Seconds between an observer's heartbeats."""
    stale_after: float = Field(default=10.0, gt=0)
    """Seconds of silence after which a source counts as stale."""
    gather: float = Field(default=0.02, ge=0)
    """Seconds that the observer gathers further events before it publishes."""
    log_length: int = Field(default=2000, ge=10)
    """Deltas kept per host for clients that resume."""
    full_limit: int = Field(default=20000, ge=1)
    """Nodes up to which a client gets everything in full."""
    frames_per_second: int = Field(default=20, ge=1, le=120)
    """Frames a second that one browser gets at most."""
    event_days: int = Field(default=30, ge=1)
    """Days that events are kept."""
    sweep_days: int = Field(default=30, ge=1)
    """Days that sweeps and what they found are kept."""
    sweeps_per_hour: int = Field(default=60, ge=0)
    """Sweeps that a person may ask for in an hour."""
    sweeps_at_once: int = Field(default=4, ge=0)
    """Sweeps of a person that may be under way at once."""
    sweep_pace: float = Field(default=30_000.0, gt=0)
    """Packets a second that a sweep sends at most."""

    mail_url: str = ""
    """The mail server that alerts are sent by: `smtp://user:password@host:587` (STARTTLS where it has a user) or
    `smtps://…`. Empty: none."""
    mail_from: str = "netboard@localhost"
    """Who sends alerts by e-mail."""

    lease: float = Field(default=15.0, gt=0)
    """Seconds that an agent's lease on an operation lasts without being renewed."""
    resend_after: float = Field(default=5.0, gt=0)
    """Seconds after which an operation that no agent holds is sent again; doubles with each try, up to 30."""
    operation_limit: float = Field(default=110.0, gt=0)
    """Seconds after which an operation that no agent has taken is given up."""

    @property
    def database(self) -> str:
        """The database's URL, embedded or given."""
        return self.database_url or f"sqlite:///{(self.data / 'netboard.sqlite3').absolute()}"

    @property
    def redis(self) -> str:
        """The bus's URL, embedded or given."""
        return self.redis_url or f"unix://{(self.data / 'valkey.sock').absolute()}"

    @property
    def broker(self) -> str:
        """The bus's URL in Celery's spelling: a unix socket is `redis+socket://` there."""
        url = self.redis
        return f"redis+socket://{url.removeprefix('unix://')}" if url.startswith("unix:") else url

    @property
    def host(self) -> str:
        """The id of the host that this agent observes: letters, digits, `-` and `_` only."""
        name = self.host_id or socket.gethostname().split(".")[0]
        return "".join(c if c.isalnum() or c in "-_" else "-" for c in name)[:63] or "host"


@functools.cache
def settings() -> Settings:
    """The process's settings, read once."""
    return Settings()
