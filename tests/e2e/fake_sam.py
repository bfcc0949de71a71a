"""A sam that only writes down what it is asked.

Its program asks the test's process, which looks at the deployment while sam runs: to import a database's driver into
each call of sam would take longer than the deployment.
"""

import json
import shutil
import socketserver
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

_PROGRAM = """#!{python} -IS
import json, os, socket, sys
with socket.create_connection({address!r}) as test, test.makefile("rw") as file:
    print(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]), file=file, flush=True)
    code, said = json.loads(file.readline())
print(said, end="")
sys.exit(code)
"""


@dataclass
class Call:
    arguments: list[str]
    arch: str | None
    migrated: bool
    """Whether the database was, at that time."""
    parameters: dict[str, str] | None = None
    private: bool = False
    """Whether nobody else could read the file of the parameters."""
    stamped: bool = False
    called_by_role: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class FakeSam:
    """`database_url`: of the database that is looked at while it runs, for it is told of none itself."""

    calls: list[Call] = field(default_factory=list)
    database_url: str = ""

    def run(self, arguments: list[str], directory: Path, environment: Mapping[str, str]) -> tuple[int, str]:
        """Its exit code, and what it prints; fails where FAIL in the environment names its command."""
        command = arguments[0]
        call = Call(arguments, environment.get("ARCH"), _is_migrated(self.database_url), environment=environment)
        for path in (Path(argument[len("file://") :]) for argument in arguments if argument.startswith("file://")):
            call.parameters = json.loads(path.read_text())
            call.private = not stat.S_IMODE(path.parent.stat().st_mode) & 0o077
        built = directory / ".aws-sam" / "build" / "template.yaml"
        if command == "build":
            built.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(directory / "template.yaml", built)
        if command == "deploy":
            text = built.read_text()
            call.stamped = "SETTINGS_REVISION: none" not in text
            call.called_by_role = "credentials:" in text and "Type: HttpApi" not in text
        self.calls.append(call)
        if environment.get("FAIL") == command:
            return 1, ""
        if command == "list":
            return 0, json.dumps([{"OutputKey": "ApiUrl", "OutputValue": environment["API_URL"]}])
        return 0, ""


def _is_migrated(url: str) -> bool:
    if not url:
        return False
    with psycopg.connect(url) as connection:
        return connection.execute("select to_regclass('tasks')").fetchone() != (None,)


@contextmanager
def fake_sam(program: Path) -> Iterator[FakeSam]:
    """Write its program, and answer it until the end of the block."""
    sam = FakeSam()

    class Asked(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            arguments, directory, environment = json.loads(self.rfile.readline())
            self.wfile.write(json.dumps(sam.run(arguments, Path(directory), environment)).encode() + b"\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Asked) as server:
        program.parent.mkdir(parents=True)
        program.write_text(_PROGRAM.format(python=sys.executable, address=server.server_address))
        program.chmod(0o755)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield sam
        finally:
            server.shutdown()
            thread.join()
