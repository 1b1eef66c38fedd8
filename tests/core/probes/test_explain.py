"""What answers and silence mean."""

import pytest

from netboard.core.model import Container, Endpoint
from netboard.core.probes import explain
from netboard.core.probes.explain import Device, Expected, Heard
from netboard.core.probes.model import Known

WEB = Known(address="10.1.0.2", mac="02:00:00:00:00:02", container="a" * 64, name="web", kind="endpoint")
GATEWAY = Known(address="10.1.0.1", mac="", container="", name="net", kind="gateway")
OWNERS = {"02:00:00:00:00:02": "web", "02:00:00:00:00:03": "db"}


def heard(alive: bool, *macs: str, duplicates: int = 0, late: bool = False, wrong_sender: str = "") -> Heard:
    return Heard(
        address="10.1.0.2",
        alive=alive,
        method="arp" if alive else None,
        rtt_us=80.0 if alive else None,
        macs=list(macs),
        ports={},
        duplicates=duplicates,
        late=late,
        wrong_sender=wrong_sender,
    )


def told(found: Heard, expected: Expected | None) -> tuple[str, list[str]]:
    row = explain.row(found, expected, OWNERS)
    return row["kind"], [phrase["code"] for phrase in row["explanation"]]


@pytest.mark.parametrize(
    ("state", "device", "code"),
    [
        ("exited", None, "exited"),
        ("created", None, "stopped"),
        ("gone", None, "gone"),
        ("running", Device(up=False, has_address=True), "interface_down"),
        ("running", Device(up=True, has_address=False), "no_address"),
        ("running", Device(up=True, has_address=True), "filtered"),
        ("running", None, "no_answer"),
    ],
)
def test_why_an_endpoint_is_silent(state: str, device: Device | None, code: str) -> None:
    assert told(heard(False), Expected(WEB, state, device)) == ("silent", [code])


def test_what_answers() -> None:
    mac = WEB["mac"]
    assert told(heard(True, mac), Expected(WEB, "running")) == ("endpoint", [])
    assert told(heard(True, mac), Expected(WEB, "paused")) == ("endpoint", ["paused"])
    assert told(heard(True, mac), Expected(GATEWAY)) == ("gateway", ["gateway"])
    assert told(heard(True, mac), None) == ("stranger", ["stranger"])
    assert told(heard(False), None) == ("free", [])


def test_who_answers_for_a_stopped_container_is_a_stranger() -> None:
    row = explain.row(heard(True, "02:00:00:00:00:03"), Expected(WEB, "exited"), OWNERS)
    assert (row["kind"], row["container"], row["name"]) == ("stranger", "", "")
    assert [phrase["code"] for phrase in row["explanation"]] == ["moved", "stranger"]
    assert row["explanation"][0]["params"]["owner"] == "db"


def test_two_devices_on_one_address_are_a_conflict() -> None:
    row = explain.row(heard(True, "02:00:00:00:00:03", WEB["mac"]), Expected(WEB, "running"), OWNERS)
    assert row["macs"] == sorted(row["macs"])
    assert row["kind"] == "endpoint"
    assert row["explanation"][0] == {
        "code": "conflict",
        "params": {"macs": "02:00:00:00:00:02, 02:00:00:00:00:03", "owners": "db, web"},
    }


def test_duplicates_late_and_foreign_senders_are_told() -> None:
    found = heard(True, WEB["mac"], duplicates=2, late=True, wrong_sender="10.1.0.9")
    assert told(found, Expected(WEB, "running")) == ("endpoint", ["duplicates", "late", "wrong_sender"])


def test_the_engine_is_believed_before_the_board() -> None:
    network = "n" * 64
    endpoint = Endpoint(network, "net", "e", "10.1.0.2/24", "fd00::2/64", mac="02:00:00:00:00:09")
    elsewhere = Endpoint("m" * 64, "other", "f", "10.2.0.2/24", mac="02:00:00:00:00:08")
    now = Container("b" * 64, "web2", "i", "running", endpoints=(endpoint, elsewhere))
    found = explain.expected_of([now], network, [WEB, GATEWAY, {**WEB, "address": "10.1.0.7"}])
    assert found["10.1.0.2"].known["name"] == "web2"
    assert found["fd00::2"].known["container"] == "b" * 64
    assert found["10.1.0.1"].known["kind"] == "gateway"
    assert found["10.1.0.7"].state == "gone"
    assert "10.2.0.2" not in found
