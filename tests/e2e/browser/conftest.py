"""Pages of two origins, the API that lists one of them, and a browser to run scripts in."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from local.npm import install
from local.postgres.server import EmbeddedPostgres
from local.tokens.mint import mint
from tests.conftest import OWNER, database_of, login_url
from tests.e2e.browser.chromium import Pages, serving_pages
from tests.e2e.gateway import Served, serving
from tests.e2e.typescript.package import CLIENT, FrontEnd, build_front_end

Run = Callable[..., Any]
_numbers = count()


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres, migrated_template: str) -> str:
    name = f"browser_{next(_numbers)}"
    postgres.create_database(name, OWNER, template=migrated_template)
    return postgres.url(name, OWNER)


@pytest.fixture(scope="module")
def functions_url(postgres: EmbeddedPostgres, database: str) -> str:
    """As the functions log in to it; `database` is its owner's, which make dev takes."""
    return login_url(postgres, database_of(database))


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    with serving_pages() as site:
        yield site


@pytest.fixture(scope="module")
def gateway(functions_url: str, pages: Pages) -> Iterator[Served]:
    """The API for pages that are fetched by address; those of the same server fetched by name are strangers."""
    with serving(functions_url, pages.by_address) as served:
        yield served


@pytest.fixture
def api(gateway: Served) -> Served:
    """The same, nothing on record yet."""
    gateway.exchanges.clear()
    gateway.invoked.clear()
    return gateway


@pytest.fixture(scope="module")
def client(pages: Pages, tmp_path_factory: pytest.TempPathFactory) -> FrontEnd:
    """The TypeScript client, for pages to import; gives the front end that it was built for."""
    install(CLIENT)
    front_end = build_front_end(tmp_path_factory)
    compiled = front_end.client / "dist"
    for module in compiled.rglob("*.js"):
        pages.files[f"/@tasks-api/client/{module.relative_to(compiled)}"] = module.read_bytes()
    module = front_end.directory / "node_modules" / "openapi-fetch" / "dist" / "index.mjs"
    pages.files["/openapi-fetch.mjs"] = module.read_bytes()
    return front_end


@pytest.fixture
def run(pages: Pages, tmp_path: Path) -> Run:
    """Run a script in a page of the listed origin, or of another one, as a user whom no other test is."""

    def in_browser(api: str, script: str, origin: str = "", home: str = "", **values: Any) -> Any:
        directory = tmp_path / (home or f"chromium_{next(_numbers)}")
        defaults = {"API": api, "TOKEN": mint(f"user{next(_numbers)}"), "TASKS": "/api/tasks", "KEY": directory.name}
        return pages.run(origin or pages.by_address, script, directory, **(defaults | values))

    return in_browser
