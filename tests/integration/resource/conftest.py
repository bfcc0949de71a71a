"""Every test here runs once for each resource that there is, and says nothing of any of them."""

import pytest

from local.resources import Store
from tests.api import Api
from tests.resources import RESOURCES, Client, Resource


@pytest.fixture(params=RESOURCES, ids=str)
def resource(request: pytest.FixtureRequest) -> Resource:
    found: Resource = request.param
    return found


@pytest.fixture
def store(resource: Resource) -> Store:
    return resource.store


@pytest.fixture
def alice(resource: Resource, served: str) -> Client:
    return Client(resource, Api("alice"))


@pytest.fixture
def bob(resource: Resource, served: str) -> Client:
    return Client(resource, Api("bob"))


@pytest.fixture(params=[False, True], ids=["by token", "by user"])
def client(alice: Client, request: pytest.FixtureRequest) -> Client:
    """On both families of routes."""
    alice.api.by_user = request.param
    return alice
