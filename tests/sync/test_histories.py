"""Random histories of eight clients: in the end every copy is what the server has, and nothing was lost or doubled.

Requests and answers get lost, requests come again, late; transactions take long, sessions are killed; accounts end,
and weeks pass with the purge. Some clients are served by the version before.
"""

from collections.abc import Callable
from random import Random

import pytest

from shared.core.database.retry import Attempts
from shared.core.environment import environment
from tests.proxy import Fault, Proxy
from tests.sync.amount import a_nights, seeds
from tests.sync.history import play
from tests.sync.world import World

pytestmark = pytest.mark.heavy

BLOCKS = 10
A_BLOCK = a_nights(9500) // BLOCKS
THROUGH_FAULTS = a_nights(500)
FAULTS = {Fault.NONE: 92, Fault.LOSE_REQUEST: 2, Fault.LOSE_ANSWER: 3, Fault.RESET_BEFORE: 1, Fault.RESET_AFTER: 2}


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_copy_becomes_what_the_server_has(world: World, block: int) -> None:
    for seed in seeds(block * A_BLOCK, A_BLOCK):
        play(seed, world)


def test_so_it_does_when_the_database_loses_requests_and_answers(
    world: World, proxied: tuple[Proxy, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, url = proxied
    monkeypatch.setenv("DATABASE_URL", url)
    environment.cache_clear()
    monkeypatch.setattr(Attempts.__init__, "__kwdefaults__", {"sleep": lambda _: None, "jitter": lambda *_: 0.0})
    for seed in seeds(0, THROUGH_FAULTS):
        proxy.fault = mixed(Random(seed))
        play(seed, world, repeats=True, calm=lambda: setattr(proxy, "fault", lambda: Fault.NONE))


def mixed(rng: Random) -> Callable[[], Fault]:
    return lambda: rng.choices(list(FAULTS), list(FAULTS.values()))[0]
