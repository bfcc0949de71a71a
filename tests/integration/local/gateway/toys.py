"""A bundle of toy functions with a template of its own, and a gateway that serves it over HTTP on a free port."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from local.gateway.application import Gateway
from local.gateway.listening import listen, server_config
from local.template import Template, read_template
from local.workers.pool import open_pool

FUNCTIONS = """
import os, time

def echo(event, context):
    return event

def whole(event, context):
    return {"statusCode": 200, "headers": {"access-control-allow-origin": "*", "x-pid": str(os.getpid())},
            "cookies": ["a=1"], "body": context.function_name}

def slow(event, context):
    time.sleep(float(event["queryStringParameters"]["s"]))
    return {"statusCode": 200, "body": str(os.getpid())}

def left(event, context):
    return {"statusCode": 200, "body": str(context.get_remaining_time_in_millis())}

def broken(event, context):
    raise ValueError("secret detail")

def crash(event, context):
    os._exit(3)

def nonsense(event, context):
    return {"statusCode": "x"}

def unmarshallable(event, context):
    return {"statusCode": 200, "body": object()}
"""
NAMES = ("echo", "whole", "slow", "left", "broken", "crash", "nonsense", "unmarshallable")
ORIGIN = "http://front.test"


def write_bundle(directory: Path, *, names: tuple[str, ...] = NAMES, timeout_s: int = 20) -> Path:
    """Write functions and template; returns the template's path."""
    package = directory / "toys"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "all.py").write_text(FUNCTIONS)
    functions = "".join(
        f"  {name.title()}:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: toys.all.{name}\n"
        f"      Timeout: {timeout_s}\n      Events:\n"
        f"        Http: {{Type: HttpApi, Properties: {{Method: ANY, Path: '/{name}'}}}}\n"
        f"        One: {{Type: HttpApi, Properties: {{Method: GET, Path: '/{name}/{{id}}'}}}}\n"
        for name in names
    )
    path = directory / "template.yaml"
    path.write_text(
        "Resources:\n  HttpApi:\n    Type: AWS::Serverless::HttpApi\n    Properties:\n      CorsConfiguration:\n"
        f"        {{AllowOrigins: ['{ORIGIN}'], AllowMethods: [GET], ExposeHeaders: [etag]}}\n{functions}"
    )
    return path


def environment_for(template_path: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(template_path.parent)}


@contextmanager
def served(template_path: Path, *, workers: int = 2, **options: Any) -> Iterator[int]:
    """Serve a bundle from a thread; gives the port."""
    ready: threading.Event = threading.Event()
    ports: list[int] = []
    servers: list[uvicorn.Server] = []

    async def serve(template: Template) -> None:
        async with open_pool(template, workers, environment_for(template_path), root=template_path.parent) as pool:
            server = uvicorn.Server(server_config(Gateway(template, pool, **options)))
            servers.append(server)
            with listen(0) as listener:
                ports.append(listener.getsockname()[1])
                ready.set()
                await server.serve([listener])

    thread = threading.Thread(target=lambda: asyncio.run(serve(read_template(template_path))))
    thread.start()
    try:
        assert ready.wait(30)
        yield ports[0]
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
