"""Pages of two origins, the API that lists one of them, and a browser to run scripts in."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from local.npm import install
from local.postgres.server import EmbeddedPostgres
from local.tokens.mint import mint
from tests.conftest import OWNER, database_of, login_url
from tests.e2e.browser.chromium import Browser, browser_for_many, browsing_alone
from tests.e2e.browser.pages import Pages, serving_pages
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


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Started once: most of what a short script costs is the start."""
    with browser_for_many(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.fixture
def run(pages: Pages, tmp_path: Path, request: pytest.FixtureRequest) -> Run:
    """Run a script in a page of the listed origin, or of another one, as a user whom no other test is.

    It has a new context of the package's browser; or where a `home` is named, a browser of its own.
    """

    def in_browser(api: str, script: str, origin: str = "", home: str = "", **values: Any) -> Any:
        shared: Browser | None = None if home else request.getfixturevalue("browser")
        browsing = shared.browsing if shared else partial(browsing_alone, tmp_path / home)
        number = next(_numbers)
        defaults = {"API": api, "TOKEN": mint(f"user{number}"), "TASKS": "/api/tasks", "KEY": f"key_{number}"}
        return pages.run(origin or pages.by_address, script, browsing, **(defaults | values))

    return in_browser
