"""What documents and examples show of secrets: no value that would serve, and none on a command line."""

import re
from pathlib import Path

import pytest

from shared.core.auth.settings import load_auth_settings
from shared.core.settings import ConfigurationError
from tests.unit.test_docs import relative, tracked_files

DEPLOYED = {"AWS_LAMBDA_FUNCTION_NAME": "list-tasks"}
# As a shell, a .env, a YAML or a JSON file says it; what a shell or CloudFormation fills in is no value.
SECRET = re.compile(r"""(?:\bAUTH_SECRET|\bAuthSecret)["']?(?:=|: +)(?:"([^"$]+)"|'([^'$]+)'|([^\s"'`$!,;)]+))""")
EXAMPLES = [
    path
    for path in tracked_files()
    if path.suffix in {".md", ".json", ".toml", ".yaml", ".yml", ".ts", ".env"} or path.name in {"Makefile", "build.mk"}
]


def secrets_in(text: str) -> list[str]:
    return [next(filter(None, groups)) for groups in SECRET.findall(text)]


def is_served_in_aws(secret: str) -> bool:
    try:
        load_auth_settings({**DEPLOYED, "AUTH_SECRET": secret})
    except ConfigurationError:
        return False
    return True


SHOWN = [(path, secret) for path in EXAMPLES for secret in secrets_in(path.read_text())]


def test_there_are_examples() -> None:
    assert {"docs/tokens.md", "env.json"} <= {relative(path) for path, _ in SHOWN}


@pytest.mark.parametrize(
    ("path", "secret"), SHOWN, ids=lambda value: relative(value) if isinstance(value, Path) else ""
)
def test_no_example_of_a_secret_serves_in_aws(path: Path, secret: str) -> None:
    assert not is_served_in_aws(secret), f"{relative(path)} shows {secret!r}, which a deployed function would take"


@pytest.mark.parametrize(
    "text",
    [
        "AUTH_SECRET={}",
        "make deploy AUTH_SECRET='{}'",
        'PARAMETERS="AuthSecret={}"',
        '"AUTH_SECRET": "{}"',
        "AuthSecret: {}",
        'parameter_overrides = ["AuthSecret={}"]',
    ],
)
def test_an_example_is_seen_however_it_is_written(text: str) -> None:
    secret = "rU7vK2xQ9mT4bW8nZ3cY6pL1sD5fG0hJ"

    assert secrets_in(text.replace("{}", secret)) == [secret]
    assert is_served_in_aws(secret)
