"""What is refused before anything is installed, and what is handed to the servers."""

import socket

import pytest

from local.example import run as example
from local.example.packages import ExampleError


@pytest.mark.parametrize("name", ["PORT", "AUTH_PORT", "APP_PORT"])
def test_a_port_in_use_is_said_before_packages_are_installed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(example, "prepare", lambda: pytest.fail("it installs first"))
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as other:
        port, free = taken.getsockname()[1], other.getsockname()[1]
        other.close()
        environ = {"PORT": str(free), "AUTH_PORT": str(free), "APP_PORT": str(free), name: str(port)}
        with pytest.raises(ExampleError, match=f"{port} is in use: make example {name}="):
            example.run(environ)
