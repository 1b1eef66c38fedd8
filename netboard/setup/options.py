"""What `up` can be told, as options or NETBOARD_ variables; nonsense is answered before anything is done."""

import argparse
import ipaddress
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from netboard.setup.say import Stop, usage

DEMO = "3x12"
_MOST_HOSTS, _MOST_CONTAINERS = 10_000, 1_000


class Parser(argparse.ArgumentParser):
    """argparse whose errors are one sentence (`Stop` with code 2) instead of a page."""

    def error(self, message: str) -> NoReturn:
        raise usage(f"{message[:1].upper()}{message[1:]}; `{self.prog} --help` lists what can be said.")


def bind(text: str) -> str:
    """An address of this machine, or `localhost`."""
    if text != "localhost":
        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise usage(f"{text!r} is no address to bind; give one of this machine's, such as 127.0.0.1.") from None
    return text


def port(text: str) -> str:
    """A TCP port; 0 means any free one."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise usage(f"{text!r} is no port; give a number from 1 to 65535, or 0 for any free one.")
    return str(int(text))


def url(text: str) -> str:
    """How browsers reach the board: scheme, host and port, nothing else."""
    try:
        parts = urlsplit(text)
        fine = bool(parts.scheme in ("http", "https") and parts.hostname and parts.port != 0)
    except ValueError:
        fine = False
    if not fine or parts.path.strip("/") or parts.query or parts.fragment or parts.username or re.search(r"\s", text):
        raise usage(f"{text!r} is no address of a board; give it like https://board.example.")
    return text.rstrip("/")


def data(text: str) -> str:
    """A folder, there or to be made."""
    if not text or "\0" in text:
        raise usage("The data folder needs a name, such as --data ./.netboard.")
    folder = Path(text).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise usage(f"{text!r} is not a folder; choose another with --data.")
    socket = folder / "valkey.sock"
    if len(os.fsencode(socket)) > 104:
        raise usage(
            f"The data folder's path is too long for the socket in it ({len(os.fsencode(socket))} bytes, 104 at most); "
            "choose a shorter one with --data."
        )
    return str(folder)


def docker(text: str) -> str:
    """Where the engine listens."""
    if not re.fullmatch(r"unix:///\S+|(tcp|http|https)://[^\s/]+(:\d+)?/?", text):
        raise usage(f"{text!r} is no address of a Docker Engine; give it like unix:///var/run/docker.sock.")
    return text


def demo(text: str) -> str:
    """The size of a simulated fleet; empty means none."""
    found = re.fullmatch(r"([0-9]{1,6})x([0-9]{1,6})", text)
    if text and (not found or not 1 <= int(found[1]) <= _MOST_HOSTS or not 1 <= int(found[2]) <= _MOST_CONTAINERS):
        raise usage(
            f"{text!r} is no size of a fleet; give hosts and containers per host like {DEMO} "
            f"(up to {_MOST_HOSTS}x{_MOST_CONTAINERS})."
        )
    return text


_CHECKS: dict[str, tuple[Callable[[str], str], str]] = {
    "bind": (bind, "127.0.0.1"),
    "port": (port, "8000"),
    "url": (url, ""),
    "data": (data, ".netboard"),
    "docker": (docker, "unix:///var/run/docker.sock"),
    "demo": (demo, ""),
}


def parser(program: str) -> Parser:
    """The options of `up`."""
    made = Parser(prog=program, description="Start the whole board on this machine.", allow_abbrev=False, add_help=True)
    made.add_argument("--bind", metavar="ADDRESS", help="address to listen on (127.0.0.1)")
    made.add_argument("--port", help="port to listen on (8000); 0: any free one")
    made.add_argument("--url", help="how browsers reach the board; required where the address is not loopback")
    made.add_argument("--data", metavar="DIR", help="folder of database, Valkey's socket and keys (./.netboard)")
    made.add_argument("--docker", metavar="URL", help="the engine (unix:///var/run/docker.sock; also DOCKER_HOST)")
    made.add_argument(
        "--demo", nargs="?", const=DEMO, metavar="HOSTSxCONTAINERS", help=f"add a simulated fleet ({DEMO})"
    )
    made.add_argument("--provision", action="store_true", help="install through apt what this machine lacks (as root)")
    return made


def read_up(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """The NETBOARD_ variables that these arguments mean, and whether to provision.

    Raises `Stop` with code 2 for nonsense in an option or in a variable that stands for one.
    """
    given = vars(parser("manage.py up").parse_args(list(arguments)))
    values: dict[str, str] = {}
    for name, (check, otherwise) in _CHECKS.items():
        variable = f"NETBOARD_{name.upper()}"
        text = given[name]
        if text is not None:
            values[variable] = check(text)
            continue
        text = environment.get(variable) or (environment.get("DOCKER_HOST") if name == "docker" else "") or ""
        if name == "demo" and text == "1":
            text = DEMO
        try:
            values[variable] = check(text) if text else (check(otherwise) if otherwise else "")
        except Stop as wrong:
            raise usage(f"{variable}: {wrong}") from None
    if not values["NETBOARD_URL"] and not is_loopback(values["NETBOARD_BIND"]):
        raise usage(
            f"Listening on {values['NETBOARD_BIND']} needs --url, the address that browsers use, "
            "such as --url https://board.example."
        )
    return values, bool(given["provision"])


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach it."""
    return address == "localhost" or ipaddress.ip_address(address).is_loopback
