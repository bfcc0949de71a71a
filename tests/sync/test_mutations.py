"""The same histories find each design that is wrong, within a few of them, and say what is wrong."""

from collections.abc import Iterator

import pytest

from local.postgres.server import EmbeddedPostgres
from tests.conftest import OWNER
from tests.sync import mutations
from tests.sync.history import Diverged, play
from tests.sync.mutations import Mutation
from tests.sync.world import World
from tests.walls import functions_restored

pytestmark = pytest.mark.heavy

# Each was found by the first of them that could: what a seed is good for is known only by trying.
MOST = 300
FOUND: dict[Mutation, tuple[str, ...]] = {
    mutations.by_time: ("missed", "told again, or out of order"),
    mutations.without_lock: ("was committed after", "told again, or out of order"),
    mutations.forgotten_batches: ("done again", "doubled"),
    mutations.without_tombstones: ("missed",),
    mutations.untold_trims: ("missed",),
    mutations.eternal_cursors: ("missed",),
    mutations.unheard_conditions: ("overwritten",),
}


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, journaled: str) -> Iterator[str]:
    url = postgres.url(journaled, OWNER)
    with functions_restored(url):
        yield url


@pytest.mark.parametrize("mutation", FOUND, ids=lambda mutation: mutation.__name__)
def test_a_wrong_design_is_found(
    mutation: Mutation, world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutation(monkeypatch, database_url)

    with pytest.raises(Diverged) as found:
        play_many(world)

    assert any(words in str(found.value) for words in FOUND[mutation]), found.value


def play_many(world: World) -> None:
    for seed in range(MOST):
        play(seed, world)
