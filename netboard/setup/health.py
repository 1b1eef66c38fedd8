"""`check_health`: asks the running instance whether it is ready. Standard library only, so it costs little."""

import http.client
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from netboard.setup import options
from netboard.setup.say import Stop


def check_health(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """0 where `/readyz` answers 200. Raises `Stop` with what it said otherwise, or that nothing answers."""
    parser = options.Parser(prog="manage.py check_health", allow_abbrev=False)
    parser.add_argument("--data", metavar="DIR", help="the data folder of the instance to ask")
    given = parser.parse_args(list(arguments))
    address, port, url = _where(given.data, environment)
    headers = {"Host": f"localhost:{port}"}
    if url:
        headers = {"Host": urlsplit(url).netloc, "X-Forwarded-Proto": urlsplit(url).scheme}
    try:
        connection = http.client.HTTPConnection(address, port, timeout=10)
        connection.request("GET", "/readyz", headers=headers)
        response = connection.getresponse()
        words = response.read(4096).decode("utf-8", "replace").strip()
        connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise Stop(f"No board answers at {address} port {port} ({error or type(error).__name__}).") from None
    if response.status != 200:
        raise Stop(f"The board is not ready (HTTP {response.status}): {' '.join(words.split())[:400]}")
    return 0


def _where(data: str | None, environment: Mapping[str, str]) -> tuple[str, int, str]:
    """Address, port and public address: as `up` noted them in its data folder, else as the variables say."""
    bind = options.bind(environment.get("NETBOARD_BIND") or "127.0.0.1")
    port = int(options.port(environment.get("NETBOARD_PORT") or "8000"))
    url = environment.get("NETBOARD_URL", "")
    folder = Path(options.data(data or environment.get("NETBOARD_DATA") or ".netboard"))
    try:
        noted = json.loads((folder / "board.json").read_text())
        bind, port, url = str(noted["bind"]), int(noted["port"]), str(noted["url"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    return reachable.get(bind, bind), port, url
