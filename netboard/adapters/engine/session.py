"""What is done with one connection to the engine: list everything, then look again at what events name."""

import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from netboard.adapters.engine import parse
from netboard.adapters.engine.agenda import LEAVING, STARTING, SWARMING, Agenda, Object, actor
from netboard.adapters.engine.connection import Connection, Event, Inbox
from netboard.adapters.engine.mirror import Mirror
from netboard.core.clock import utc
from netboard.core.errors import EngineUnavailable, Missing
from netboard.core.model import Container, FactsChange, Network, Source
from netboard.core.ports import Tell

DETAILS: Final = 16
"""Containers inspected in one go after a listing, about 25 ms of the engine's time …"""
PACE: Final = 0.03
"""… and the seconds for which it is left alone after that."""
CONFIRM: Final = 1.0
"""Seconds that an event may be late before a difference found by a check counts as one."""
STUCK: Final = 5.0
"""Seconds until an object that the engine cannot inspect, though it answers otherwise, is looked at again."""

T = TypeVar("T")


class Session:
    """One connection's life. Everything here runs in the watcher's thread."""

    def __init__(self, connection: Connection, mirror: Mirror, inbox: Inbox, tell: Tell, ping_after: float) -> None:
        self._connection = connection
        self._mirror = mirror
        self._inbox = inbox
        self._tell = tell
        self._ping_after = ping_after
        self._agenda = Agenda()
        self._suspects: dict[Object, float] = {}
        self._heard = time.monotonic()
        self._details_at = 0.0

    def list_all(self) -> None:
        """Tell everything in two calls; what the engine says of itself, which takes it longer, follows in a third.

        Raises `EngineUnavailable`.
        """
        self._mirror.replace(self._connection.containers(), self._connection.networks())
        self._tell(
            FactsChange(
                source="engine",
                whole=True,
                state=Source("live", utc()),
                engine=self._connection.versions(),
                containers=dict(self._mirror.containers),
                networks=dict(self._mirror.networks),
            )
        )
        self._tell(FactsChange(source="engine", engine=self._connection.engine()))
        self._heard = time.monotonic()
        self._agenda.want_details(self._mirror.containers)

    def follow(self, stopping: threading.Event, check_wanted: threading.Event) -> None:
        """Follow events until told to stop. Raises `EngineUnavailable` as soon as the engine stops answering."""
        while not stopping.is_set():
            for event in self._events(self._wait()):
                self._note(event)
            self._look(self._agenda.due())
            moment = time.monotonic()
            if self._agenda.wants_details and moment >= self._details_at:
                self._look(self._agenda.details(DETAILS))
                self._details_at = time.monotonic() + PACE
            if check_wanted.is_set():
                check_wanted.clear()
                self._compare()
            self._confirm()
            if time.monotonic() - self._heard > self._ping_after:
                self._ask(self._connection.ping)

    def _wait(self) -> float:
        """Seconds until there is something to do without an event."""
        moment = time.monotonic()
        waits = [self._agenda.next_in(self._ping_after), self._heard + self._ping_after - moment]
        if self._agenda.wants_details:
            waits.append(self._details_at - moment)
        if self._suspects:
            waits.append(min(self._suspects.values()) - moment)
        return max(0.0, min(waits))

    def _events(self, wait: float) -> Iterable[Event]:
        """All events that are there, after waiting for the first. Raises `EngineUnavailable` at the stream's end."""
        found: list[Event] = []
        try:
            event = self._inbox.get(timeout=wait) if wait > 0 else self._inbox.get_nowait()
            while True:
                if event is None:
                    raise EngineUnavailable("The engine ended its stream of events.", code="engine_silent")
                found.append(event)
                event = self._inbox.get_nowait()
        except queue.Empty:
            return found

    def _note(self, event: Event) -> None:
        """Put what an event names on the agenda."""
        kind, action, engine_id, attributes = actor(event)
        if kind == "network" and action in ("connect", "disconnect"):
            self._note_attachment(action, engine_id, attributes.get("container", ""))
        elif kind == "container" and action == "destroy":
            what = Object("container", engine_id)
            self._agenda.drop(what)
            self._suspects.pop(what, None)
            if self._mirror.put_container(engine_id, None):
                self._tell(FactsChange(source="engine", containers={engine_id: None}))
        elif kind in ("container", "network") and engine_id:
            self._look_at(Object("container" if kind == "container" else "network", engine_id))

    def _note_attachment(self, action: str, network: str, container: str) -> None:
        known = self._mirror.networks.get(network)
        if known is None:
            self._look_at(Object("network", network))
        elif known.scope != "local":
            self._look_at(Object("network", network), SWARMING)
        if not container:
            return
        kept = self._mirror.containers.get(container)
        starting = action == "connect" and (kept is None or kept.state != "running")
        self._look_at(Object("container", container), STARTING if starting else LEAVING if action != "connect" else 0.0)

    def _look_at(self, what: Object, after: float = 0.0) -> None:
        self._suspects.pop(what, None)  # told by an event after all
        self._agenda.look(what, after)

    def _look(self, objects: Iterable[Object], by_check: bool = False) -> None:
        """Inspect these now and tell what is new."""
        containers: dict[str, Container | None] = {}
        networks: dict[str, Network | None] = {}
        for what in objects:
            self._agenda.drop(what)
            try:
                if what.kind == "network":
                    network = self._network(what.id)
                    if self._mirror.put_network(what.id, network):
                        networks[what.id] = network
                else:
                    container = self._container(what.id)
                    if self._mirror.put_container(what.id, container):
                        containers[what.id] = container
            except EngineUnavailable:
                self._ask(self._connection.ping)  # it answers: this one object hangs in the engine
                self._agenda.look(what, STUCK)
        if containers or networks:
            self._tell(FactsChange(source="engine", by_check=by_check, containers=containers, networks=networks))

    def _container(self, engine_id: str) -> Container | None:
        try:
            return parse.from_inspect(self._ask(lambda: self._connection.container(engine_id)), self._mirror.find)
        except Missing:
            return None

    def _network(self, engine_id: str) -> Network | None:
        try:
            return parse.network(self._ask(lambda: self._connection.network(engine_id)))
        except Missing:
            return None

    def _compare(self) -> None:
        """List everything again; what differs is suspect, as its event may be on the way."""
        containers = self._ask(self._connection.containers)
        networks = self._ask(self._connection.networks)
        due = time.monotonic() + CONFIRM
        for each in self._mirror.unlike_networks(networks):
            self._suspects[Object("network", each)] = due
        for each in self._mirror.unlike_containers(containers):
            self._suspects[Object("container", each)] = due

    def _confirm(self) -> None:
        """Look at suspects that no event named meanwhile: what is new about them was missed."""
        moment = time.monotonic()
        due = [each for each, after in self._suspects.items() if after <= moment]
        if not due:
            return
        for each in due:
            del self._suspects[each]
        silent = [each for each in due if self._changes_silently(each)]
        self._look(silent)
        self._look((each for each in due if each not in silent), by_check=True)

    def _changes_silently(self, what: Object) -> bool:
        """Connecting a container that does not run, and a swarm network's local side: the engine tells of neither."""
        if what.kind == "network":
            network = self._mirror.networks.get(what.id)
            return network is not None and network.scope != "local"
        container = self._mirror.containers.get(what.id)
        return container is not None and container.pid == 0 and container.state in ("created", "exited")

    def _ask(self, question: Callable[[], T]) -> T:
        answer = question()
        self._heard = time.monotonic()
        return answer
