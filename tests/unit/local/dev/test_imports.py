"""What `make dev` imports before it serves; the functions' libraries are its workers' alone."""

import json
import subprocess
import sys

OF_FUNCTIONS = {"fastapi", "pydantic", "sqlmodel", "sqlalchemy", "mangum"}


def test_the_gateway_imports_no_library_of_the_functions() -> None:
    script = "import json, sys, local.dev.run; print(json.dumps([*sys.modules]))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert OF_FUNCTIONS & set(json.loads(said.stdout)) == set()
