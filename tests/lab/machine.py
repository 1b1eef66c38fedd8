"""A disposable machine: a Docker Engine in network, mount and process namespaces of its own.

    the real machine ── <folder>/docker.sock ──┐
    ┌ unshare --net --mount --pid ─────────────┴──────┐
    │ init (sh) ── dockerd ── containerd ── containers │   /run, /proc: its own; nothing outside is touched
    └──────────────────────────────────────────────────┘

What runs inside believes to be on a host of its own: netboard's observer, started there, sees this engine's
containers and nothing else. It ends with the process that made it, whatever happens to that.
"""

import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import docker

from tests.support.wait import wait_until

IMAGE: Final = "netboard-lab:latest"
_APPLETS: Final = (
    "sh", "ash", "sleep", "httpd", "nc", "ping", "ping6", "arping", "ip", "ifconfig", "route", "wget", "cat", "ls",
    "ps", "echo", "kill", "true", "false", "test", "mkdir", "mount", "umount", "nslookup", "traceroute", "env", "id",
)  # fmt: skip
_INIT: Final = r"""
sed -n 's/^[0-9]* [0-9]* [0-9:]* net:\[[0-9]*\] \([^ ]*\) .*/\1/p' /proc/self/mountinfo | while read -r path; do
  umount -l "$path"
done
mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/lock /run/netns && ip link set lo up && echo ready > "$1/ready"
trap 'exit 0' TERM
while :; do sleep 3600 & wait $!; done
"""
NEEDED: Final = ("dockerd", "containerd", "unshare", "nsenter", "ip", "busybox", "iptables")


def missing() -> list[str]:
    """What this computer lacks for a machine; empty where one can be made."""
    lacking = [program for program in NEEDED if not shutil.which(program)]
    return lacking if os.geteuid() == 0 else [*lacking, "root"]


class Machine:
    """Use it as a context manager. `url` is its engine's address, valid outside as well as inside."""

    def __init__(self, engine: bool = True) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nbm-", dir="/tmp"))
        self.url = f"unix://{self.folder}/docker.sock"
        self._engine = engine
        self._cgroup = f"/{self.folder.name}"
        self._unshare: subprocess.Popen[bytes] | None = None
        self._dockerd: subprocess.Popen[bytes] | None = None
        self._client: docker.APIClient | None = None
        self.pid = 0
        """Of its init, as seen from outside."""

    def __enter__(self) -> "Machine":
        try:
            self._boot()
            if self._engine:
                self._start_engine()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def enter_command(self, command: Sequence[str]) -> list[str]:
        """The command line that runs `command` inside, for whoever starts the process himself."""
        return ["nsenter", "-t", str(self.pid), "--net", "--mount", "--pid", "--", *command]

    def run(self, command: Sequence[str], check: bool = True, stdin: bytes = b"") -> str:
        """Run a command inside; its output. Fails with its error output unless `check` is false."""
        done = subprocess.run(self.enter_command(command), input=stdin, capture_output=True, timeout=120, check=False)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode(errors="replace")

    def ip(self, line: str, namespace: str = "") -> str:
        """`ip` inside, of the machine's own namespace or of a named one; `line` is split at blanks."""
        return self.run(["ip", *(["-n", namespace] if namespace else []), *line.split()])

    def spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a process inside that goes on until the caller kills it (or the machine closes).

        What is returned is its parent, outside, with which it ends.
        """
        inside = ["setpriv", "--pdeathsig", "KILL", *command]
        return subprocess.Popen(self.enter_command(inside), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    @property
    def engine(self) -> docker.APIClient:
        """A client of the machine's engine."""
        if self._client is None:
            self._client = docker.APIClient(base_url=self.url, timeout=120)
        return self._client

    def docker(self, *arguments: str) -> str:
        """The `docker` command, inside, against the machine's engine; its output without the last line break."""
        return self.run(["docker", "-H", self.url, *arguments]).rstrip("\n")

    def network(self, name: str, driver: str = "bridge", subnet: str = "", **options: Any) -> str:
        """Make a network; its full id. Further options as in `APIClient.create_network`."""
        if subnet:
            options["ipam"] = docker.types.IPAMConfig(pool_configs=[docker.types.IPAMPool(subnet=subnet)])
        return str(self.engine.create_network(name, driver=driver, **options)["Id"])

    def container(self, name: str, network: str = "bridge", command: str = "sleep 86400", **host: Any) -> str:
        """Run a container; its full id. Further options as in `APIClient.create_host_config`."""
        made = self.engine.create_container(
            IMAGE,
            command,
            name=name,
            host_config=self.engine.create_host_config(
                network_mode=network, cgroup_parent=self._cgroup, init=False, **host
            ),
        )
        self.engine.start(made["Id"])
        return str(made["Id"])

    def containers(self, names: Sequence[tuple[str, str]], at_once: int = 6) -> list[str]:
        """Run many: pairs of name and network; their ids in the same order."""
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(lambda pair: self.container(*pair), names))

    def pid_of(self, container: str) -> int:
        """The process id of a container's main process, as seen inside the machine."""
        return int(self.engine.inspect_container(container)["State"]["Pid"])

    def links(self, target: Sequence[str] = ()) -> list[dict[str, Any]]:
        """What the kernel lists in a namespace (`ip -d -j link`): the oracle.

        `target` are words for nsenter (`-t PID` or `--net=PATH`) as valid inside; none: the machine's own namespace.
        """
        enter = ["nsenter", *target, *([] if any(word.startswith("--net") for word in target) else ["--net"])]
        words = [*(enter if target else []), "ip", "-d", "-j", "link"]
        found: list[dict[str, Any]] = json.loads(self.run(words))
        return found

    def close(self) -> None:
        """End everything inside and remove what it left: files, control groups."""
        if self._client is not None:
            self._client.close()
        if self._dockerd is not None:
            _end(self._dockerd)
        if self._unshare is not None:
            _end(self._unshare)
        _remove_cgroups(self._cgroup)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _boot(self) -> None:
        self._unshare = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL"),
                *("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
                *("sh", "-c", _INIT, "init", str(self.folder)),
            ],
            stdin=subprocess.DEVNULL,
        )
        wait_until((self.folder / "ready").exists, what="the machine's init")
        children = Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children").read_text().split()
        self.pid = int(children[0])

    def restart_engine(self) -> None:
        """kill -9 of the engine and what it started, then start it again on the same data."""
        inside = (
            'for p in /proc/[0-9]*; do case "$(cat $p/comm)" in dockerd|containerd) kill -9 ${p#/proc/};; esac; done'
        )
        self.run(["sh", "-c", inside])
        assert self._dockerd is not None
        _end(self._dockerd)
        if self._client is not None:
            self._client.close()
            self._client = None
        self.run(["sh", "-c", "rm -f /run/docker.pid /run/docker/containerd/containerd.pid"])
        self._launch_engine()

    def _start_engine(self) -> None:
        self._launch_engine()
        self._import_image()

    def _launch_engine(self) -> None:
        log = (self.folder / "dockerd.log").open("ab")
        with log:
            self._dockerd = subprocess.Popen(
                self.enter_command(
                    [
                        "dockerd",
                        *("--data-root", f"{self.folder}/data", "--exec-root", "/run/docker"),
                        *("--pidfile", "/run/docker.pid", "-H", self.url),
                        *("--cgroup-parent", self._cgroup, "--shutdown-timeout", "0"),
                    ]
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, seconds=60, what="the machine's engine")

    def _answers(self) -> bool:
        assert self._dockerd is not None
        if self._dockerd.poll() is not None:
            lines = (self.folder / "dockerd.log").read_text(errors="replace").splitlines()[-5:]
            raise RuntimeError("dockerd ended: " + " | ".join(lines))
        with contextlib.suppress(docker.errors.DockerException, OSError):
            # Asked barely first: where nobody listens, the SDK leaves its socket to a complaining garbage collector.
            with socket.socket(socket.AF_UNIX) as knock:
                knock.connect(f"{self.folder}/docker.sock")
            return bool(self.engine.ping())
        return False

    def _import_image(self) -> None:
        root = self.folder / "image"
        for name in ("bin", "proc", "sys", "dev", "etc", "tmp", "run"):
            (root / name).mkdir(parents=True)
        program = shutil.which("busybox")
        assert program is not None
        shutil.copy2(program, root / "bin" / "busybox")
        for applet in _APPLETS:
            (root / "bin" / applet).symlink_to("busybox")
        archive = subprocess.run(["tar", "-c", "-C", str(root), "."], capture_output=True, check=True).stdout
        self.engine.import_image_from_data(archive, repository="netboard-lab", tag="latest")


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL: nothing in the machine is worth an orderly end, and its process namespace takes everything with it."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.wait(30)


def _remove_cgroups(name: str) -> None:
    for root in _cgroup_roots():
        top = root / name.lstrip("/")
        if top.is_dir():
            wait_until(functools.partial(_removed, top), what=f"control group {top} to be empty")


def _removed(top: Path) -> bool:
    for folder, _, _ in os.walk(top, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
    return not top.exists()


def _cgroup_roots() -> Iterator[Path]:
    base = Path("/sys/fs/cgroup")
    yield base
    yield from (folder for folder in base.iterdir() if folder.is_dir() and not folder.is_symlink())
