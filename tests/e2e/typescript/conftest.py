"""A front end that has the client, the API that it calls, and Node to run it."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from local.npm import install
from local.postgres.server import EmbeddedPostgres
from local.tokens.mint import mint
from tests.conftest import OWNER, login_url
from tests.e2e.gateway import Served, serving
from tests.e2e.typescript.package import CLIENT, FrontEnd, build_front_end

Run = Callable[..., Any]
_numbers = count()


@pytest.fixture(scope="module")
def front_end(tmp_path_factory: pytest.TempPathFactory) -> FrontEnd:
    install(CLIENT)
    return build_front_end(tmp_path_factory)


@pytest.fixture(scope="module")
def gateway(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[Served]:
    name = f"typescript_{next(_numbers)}"
    postgres.create_database(name, OWNER, template=migrated_template)
    with serving(login_url(postgres, name)) as served:
        yield served


@pytest.fixture
def api(gateway: Served) -> Served:
    """What is served, nothing on record yet."""
    gateway.exchanges.clear()
    gateway.invoked.clear()
    return gateway


@pytest.fixture
def run(front_end: FrontEnd, api: Served, request: pytest.FixtureRequest) -> Run:
    """Run one of the module's `SCENARIOS` as a user whom no other test is."""
    script = request.module.SCENARIOS.replace(".ts", ".js")

    def in_node(name: str) -> Any:
        user = f"user{next(_numbers)}"
        tokens = {"token": mint(user), "expired": mint(user, lifetime_s=-3600)}
        return front_end.run(script, name, {"baseUrl": api.address, "user": user, **tokens})

    return in_node
