"""The commands of manage.py: what each needs set up, and what it runs then."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from netboard.setup import environment, frontend, messages, options
from netboard.setup.places import DIST, PYTHON, ROOT, VENV, only_one
from netboard.setup.say import Stop, say, usage

_READY = "_NETBOARD_SET_UP"
"""The id of the process that set up and then became the environment's Python: it need not look again."""

_HELP = """netboard: a live wiring board for container networks

  up         set up what is missing and start the whole board here (up --help: its options)
  test       set up what is missing and run the tests; further arguments go to pytest
  lint       set up what is missing and run every static check
  setup      only set up
  check_health   exit 0 where the running board is ready

  web, control, recorder, agent, demo   one process of a production deployment, in the foreground
  prepare    bring the database up to date and make the first person (up does it by itself)
  create_token USER and every other Django command (manage.py help --commands lists them)

up, test, lint and setup take --provision: install through apt what the machine lacks (Debian or Ubuntu, as root)."""

AGENT_COMMANDS = ("agent", "demo")
PROCESSES = ("web", "control", "recorder", *AGENT_COMMANDS)


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code. Errors are one sentence on standard error."""
    try:
        return _main(list(arguments))
    except Stop as stop:
        print(stop, file=sys.stderr, flush=True)
        return stop.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1


def _main(arguments: list[str]) -> int:
    any_port = False
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command in ("help", "--help", "-h") and not rest:
        print(_HELP)
        return 0
    if command == "check_health":
        from netboard.setup import health

        return health.check_health(rest, os.environ)
    if command == "up":
        values, provisioning = options.read_up(rest, os.environ)
        any_port = values["NETBOARD_PORT"] == "0"
        os.environ.update(values)
        if any_port:
            del os.environ["NETBOARD_PORT"]
    elif command in ("lint", "setup"):
        provisioning = bool(_only_provision(command, rest))
    elif command == "test":
        provisioning = "--provision" in rest
        rest = [argument for argument in rest if argument != "--provision"]
    else:
        provisioning = False
    _set_up(command, provisioning, arguments)
    if command == "setup":
        return 0
    if command == "lint":
        from netboard.setup.checks import lint

        return lint()
    if command == "test":
        from netboard.setup.suite import suite

        return suite(rest)
    _settings()
    if command == "up":
        from netboard.supervisor.up import up

        return up(any_port)
    return _run(command, rest)


def _only_provision(command: str, rest: Sequence[str]) -> bool:
    parser = options.Parser(prog=f"manage.py {command}", allow_abbrev=False)
    parser.add_argument(
        "--provision", action="store_true", help="install through apt what this machine lacks (as root)"
    )
    return bool(parser.parse_args(list(rest)).provision)


def _set_up(command: str, provisioning: bool, arguments: Sequence[str]) -> None:
    """Bring everything that this command needs up to date, then go on in the environment's own Python."""
    if os.environ.pop(_READY, "") == str(os.getpid()):
        return
    need: environment.Need = "dev" if command in ("test", "lint") else "run"
    bundle = command in ("up", "web", "test", "setup")
    if provisioning:
        from netboard.setup import machine

        machine.provision(command)
        if command == "up":
            from netboard.setup.engine import start_if_none

            start_if_none(os.environ["NETBOARD_DOCKER"])
    if not (environment.is_current(need) and (not bundle or frontend.is_current())):
        began = time.monotonic()
        with only_one():
            environment.make_current(need)
            if bundle:
                _bundle(command)
        say(f"Set up in {time.monotonic() - began:.0f} s.")
    if command in ("test", "lint"):
        with only_one():
            frontend.install_packages()
    messages.make_current()
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.environ[_READY] = str(os.getpid())
        os.environ["VIRTUAL_ENV"] = str(VENV)
        sys.stdout.flush()
        os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *arguments])  # noqa: S606 - no shell is wanted


def _bundle(command: str) -> None:
    """Build the front end. A board may start with the bundle of before, tests may not."""
    try:
        frontend.make_current()
    except Stop as reason:
        if command not in ("up", "web") or not (DIST / "main.js").exists():
            raise
        say(f"{reason} The board starts with the front end that was built before.")


def _run(command: str, rest: list[str]) -> int:
    """Run a command inside the environment."""
    if command == "prepare":
        from netboard.supervisor.prepare import main as prepare

        return prepare()
    if command in AGENT_COMMANDS:
        if command == "agent" and not rest:
            from netboard.supervisor.agent import agent

            return agent()
        os.execv(PYTHON, [str(PYTHON), "-m", "netboard.agent", *([command] if command == "demo" else []), *rest])  # noqa: S606
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netboard.config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    if command == "help":
        rest = [argument for argument in rest if argument != "--commands"]
    try:
        execute_from_command_line(["manage.py", command, *rest])
    except ImproperlyConfigured as error:
        raise Stop(str(error)) from error
    return 0


def _settings() -> None:
    """Read the settings once, so that nonsense in a variable is one sentence for every command."""
    from pydantic import ValidationError

    from netboard.wiring.settings import settings

    try:
        settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "NETBOARD_" + "_".join(str(part) for part in first["loc"]).upper()
        raise usage(f"{name}={str(first['input'])!r}: {first['msg']}.") from None
