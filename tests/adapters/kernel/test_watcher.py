"""The watcher on real namespaces: what events tell, what only a look finds, what survives loss."""

import random
import sys

import pytest

from tests.lab import oracle, truth
from tests.lab.machine import Machine
from tests.lab.observed import ROOT, Observed
from tests.support.wait import wait_until

pytestmark = pytest.mark.kernel


def wait_for_truth(machine: Machine, observed: Observed) -> None:
    """Until netboard's graph is what the kernel lists."""

    def is_true() -> bool:
        wrong = truth.differences(observed.graph(), oracle.ask(machine, sys.executable, ROOT))
        assert wrong == []
        return True

    wait_until(is_true, seconds=60, every=0.3, what="the graph to be what the kernel lists")


def test_each_change_of_a_device_is_told(bare: Machine, watching: Observed) -> None:
    """up, mtu, address, alias, alternative name, new name, master, gone: each without a look at the whole."""
    bare.ip("link add lab0 type veth peer name lab1")
    wait_until(lambda: watching.link("lab0"), what="the new device")
    bare.ip("link set lab0 up mtu 1400")
    bare.ip("link set lab1 up")
    wait_until(lambda: (one := watching.link("lab0"))["carrier"] and one["mtu"] == 1400, what="up and mtu")
    bare.ip("addr add 10.60.0.1/24 dev lab0")
    bare.ip("-6 addr add fd00:60::1/64 dev lab0")
    wait_until(
        lambda: {"10.60.0.1/24", "fd00:60::1/64"} <= {one[0] for one in watching.link("lab0")["addresses"]},
        what="both addresses",
    )
    bare.ip("addr del 10.60.0.1/24 dev lab0")
    wait_until(lambda: "10.60.0.1/24" not in str(watching.link("lab0")["addresses"]), what="the address to go")
    bare.ip("link set lab0 alias uplink")
    bare.ip("link property add dev lab0 altname labalternative")
    wait_until(
        lambda: (one := watching.link("lab0"))["alias"] == "uplink" and one["altnames"] == ["labalternative"],
        what="alias and alternative name",
    )
    bare.ip("link add labbr type bridge")
    bare.ip("link set lab0 master labbr")
    index = wait_until(lambda: watching.link("labbr"), what="the bridge")["ifindex"]
    wait_until(lambda: watching.link("lab0")["master"] == index, what="the master")
    bare.ip("link set lab0 nomaster")
    wait_until(lambda: watching.link("lab0")["master"] == 0, what="no master")
    bare.ip("link set lab1 name labnew")
    wait_until(lambda: watching.link("labnew") and not watching.link("lab1"), what="the new name")
    bare.ip("link del lab0")
    bare.ip("link del labbr")
    wait_until(lambda: not (watching.link("lab0") or watching.link("labnew")), what="both ends to go")
    assert watching.differences() == 0


def test_routes_that_the_kernel_removes_silently_go(bare: Machine, watching: Observed) -> None:
    """IPv4 routes of a device that is set down or deleted vanish without an event of their own."""

    def routes() -> str:
        return str([one["routes"] for one in watching.facts()["namespaces"] if one["is_host"]])

    bare.ip("link add lab2 type veth peer name lab3")
    bare.ip("link set lab3 up")
    bare.ip("link set lab2 up")
    bare.ip("addr add 10.61.0.1/24 dev lab2")
    bare.ip("route add 10.62.0.0/24 via 10.61.0.9 table 77")
    bare.ip("rule add from 10.62.0.0/24 lookup 77 pref 777")
    wait_until(lambda: "10.62.0.0/24" in routes(), what="the route of table 77")
    wait_until(lambda: "777" in str(watching.facts()["namespaces"]), what="the rule")
    bare.ip("link set lab2 down")
    wait_until(lambda: "10.62.0.0/24" not in routes(), what="the route to go")
    bare.ip("rule del pref 777")
    bare.ip("link del lab2")
    wait_until(lambda: "10.61.0" not in routes(), what="all routes of the device to go")
    assert watching.differences() == 0


def test_neighbours_and_forwarding_entries_are_told_beside_the_facts(bare: Machine, watching: Observed) -> None:
    """A permanent neighbour and a static forwarding entry appear in the namespace's annex."""
    bare.ip("link add lab4 type veth peer name lab5")
    bare.ip("link add labb type bridge")
    bare.ip("link set lab4 master labb up")
    bare.ip("neigh add 10.63.0.9 lladdr 02:00:00:00:00:09 dev labb nud permanent")
    bare.run(["bridge", "fdb", "add", "02:00:00:00:00:0a", "dev", "lab4", "master", "static"])
    wait_until(lambda: "02:00:00:00:00:09" in str(watching.facts()["annexes"]), what="the neighbour")
    wait_until(lambda: "02:00:00:00:00:0a" in str(watching.facts()["annexes"]), what="the forwarding entry")
    bare.ip("link del lab4")
    bare.ip("link del labb")
    wait_until(lambda: "02:00:00:00:00:0" not in str(watching.facts()["annexes"]), what="both to go")


def test_a_namespace_that_only_a_process_holds_is_found_and_followed(bare: Machine, watching: Observed) -> None:
    """Nothing announces it; once found, a change inside arrives by event, and its end too."""
    holder = bare.spawn(["unshare", "-n", "sleep", "86400"])
    try:
        found = wait_until(
            lambda: [one for one in watching.facts()["namespaces"] if one["commands"] == ["sleep"]],
            what="the namespace and its process",
        )
        pid = found[0]["pids"][0]
        bare.run(["nsenter", "-t", str(pid), "--net", "ip", "link", "set", "lo", "up"])
        wait_until(lambda: watching.link("lo", found[0]["inode"])["up"], what="its loopback to be up")
    finally:
        holder.kill()
        holder.wait()
    wait_until(lambda: found[0]["key"] not in [one["key"] for one in watching.facts()["namespaces"]], what="its end")


def test_scratch_namespaces_and_devices_of_netboard_never_appear(bare: Machine, watching: Observed) -> None:
    """Known by where they are mounted and by their device group, not by name."""
    bare.run(["sh", "-c", "mkdir -p /run/netboard/scratch; touch /run/netboard/scratch/one"])
    bare.run(["unshare", "-n", "mount", "--bind", "/proc/self/ns/net", "/run/netboard/scratch/one"])
    bare.ip("link add sc0 group 1852142690 type veth peer name sc1 group 1852142690")
    bare.ip("link add seen0 type veth peer name seen1")
    wait_until(lambda: watching.link("seen0"), what="the later device")
    assert watching.differences() == 0
    assert not watching.link("sc0")
    assert "/run/netboard/scratch/one" not in str(watching.facts()["namespaces"])
    bare.ip("link del sc0")
    bare.ip("link del seen0")
    bare.run(["umount", "/run/netboard/scratch/one"])


def test_lost_events_lead_to_a_new_dump(bare: Machine) -> None:
    """A reader that is held while more happens than the buffer takes: afterwards the graph is true again."""
    with Observed(bare, engine=False, event_buffer=8192) as observed:
        observed.ask("hold")
        lines = [f"link add l{i} type veth peer name p{i}" for i in range(60)]
        lines += [f"link del l{i}" for i in range(50)]
        bare.run(["ip", "-batch", "-"], stdin="\n".join(lines).encode())
        observed.ask("release")
        wait_for_truth(bare, observed)
        assert observed.ask("counts")["losses"] > 0
        bare.run(["ip", "-batch", "-"], stdin="\n".join(f"link del l{i}" for i in range(50, 60)).encode())
        wait_for_truth(bare, observed)


def test_without_rights_the_source_is_absent_and_says_what_is_missing(bare: Machine) -> None:
    """No CAP_SYS_ADMIN, no CAP_NET_BROADCAST."""
    with Observed(bare, engine=False, without=("sys_admin", "net_broadcast")) as observed:
        source = wait_until(lambda: observed.facts()["sources"].get("kernel"), what="the state of the source")
        assert (source["state"], source["code"]) == ("absent", "kernel_denied")
        assert source["params"] == [["missing", "CAP_NET_BROADCAST, CAP_SYS_ADMIN"]]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_random_changes_a_comparison_finds_nothing(bare: Machine, watching: Observed, seed: int) -> None:
    """Pairs made, moved, renamed, enslaved, addressed, deleted over three namespaces, in any order."""
    names = [f"r{i}" for i in range(3)]
    for name in names:
        bare.ip(f"netns add {name}")
    before = watching.ask("threads")
    for command in random_commands(random.Random(seed), names):
        bare.run(["ip", *command.split()], check=False)
    wait_for_truth(bare, watching)
    assert watching.differences() == 0
    assert watching.ask("differs") == []
    for name in names:
        bare.ip(f"netns del {name}")
    wait_for_truth(bare, watching)
    after = watching.ask("threads")
    assert len(after["namespaces"]) == 1
    assert after["descriptors"] <= before["descriptors"] + 1


def random_commands(rng: random.Random, names: list[str]) -> list[str]:
    """Sixty commands; some refer to what is not there and fail, as in life."""
    commands = [f"-n {name} link add br type bridge" for name in names]
    for number in range(60):
        place, other = rng.choice(names), rng.choice(names)
        device = f"v{rng.randrange(8)}{rng.choice('ab')}"
        commands.append(
            rng.choice(
                [
                    f"-n {place} link add v{number % 8}a type veth peer name v{number % 8}b netns {other}",
                    f"-n {place} link set {device} netns {other}",
                    f"-n {place} link set {device} up",
                    f"-n {place} link set {device} down",
                    f"-n {place} link set {device} master br",
                    f"-n {place} addr add 10.{number}.0.1/24 dev {device}",
                    f"-n {place} link set {device} name {device[:2]}{'b' if device.endswith('a') else 'a'}",
                    f"-n {place} link add m{number} link {device} type macvlan mode bridge",
                    f"-n {place} link del {device}",
                ]
            )
        )
    return commands
