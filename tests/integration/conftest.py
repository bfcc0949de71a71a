"""What lies beside the functions: a proxy in front of the database, and AWS."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.proxy import Proxy, proxy_to


@pytest.fixture
def proxy(functions_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The functions reach the database through it."""
    with proxy_to(functions_url) as (proxy, url):
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("AUTH_SECRET", DEVELOPMENT_SECRET)
        yield proxy


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account in which nothing is kept yet, and of which nothing is remembered."""
    # Late: both take long to import, and few tests want them.
    import botocore.session
    from aws_lambda_powertools.utilities import parameters
    from moto import mock_aws

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr(botocore.session, "create_loader", _descriptions)
    with mock_aws():
        parameters.clear_caches()  # type: ignore[no-untyped-call]
        yield


@cache
def _descriptions(search_path: str | None) -> Any:
    """Of AWS's services: long, read from files, and otherwise once more for the session of each test."""
    from botocore.loaders import create_loader

    return create_loader(search_path)
