"""What a web process has one of (per event loop, made when first used): the hub, the ear for operations, that for
traffic, the watch over rights."""

import asyncio
from weakref import WeakKeyDictionary

from django.conf import settings

from netboard.live.hub import Hub
from netboard.live.progress import Progress
from netboard.live.rights import Rights
from netboard.live.traffic import Traffic
from netboard.wiring import build

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()
_progress: WeakKeyDictionary[asyncio.AbstractEventLoop, Progress] = WeakKeyDictionary()
_traffic: WeakKeyDictionary[asyncio.AbstractEventLoop, Traffic] = WeakKeyDictionary()
_rights: WeakKeyDictionary[asyncio.AbstractEventLoop, Rights] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        ours = settings.NETBOARD
        _hubs[loop] = Hub(
            lambda: build.log_feed(settings.NETBOARD),
            stale_after=ours.stale_after,
            full_limit=ours.full_limit,
            frames_per_second=ours.frames_per_second,
        )
        _progress[loop] = Progress(_hubs[loop])
    _progress[loop].start()
    return _hubs[loop]


def progress() -> Progress:
    """What tells the running loop's clients of operations."""
    hub()
    return _progress[asyncio.get_running_loop()]


def traffic() -> Traffic:
    """What tells the running loop's clients of traffic."""
    loop = asyncio.get_running_loop()
    if loop not in _traffic:
        _traffic[loop] = Traffic(lambda: build.traffic_feed(settings.NETBOARD))
    return _traffic[loop]


def rights() -> Rights:
    """The watch over rights of the running loop."""
    return _rights.setdefault(asyncio.get_running_loop(), Rights())


async def close() -> None:
    """End what runs in the background of the running loop."""
    loop = asyncio.get_running_loop()
    if loop in _traffic:
        await _traffic.pop(loop).close()
    if loop in _progress:
        await _progress.pop(loop).close()
    if loop in _hubs:
        await _hubs.pop(loop).close()
    if loop in _rights:
        await _rights.pop(loop).close()
