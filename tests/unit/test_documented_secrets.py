"""What documents and examples show of secrets: no value that would serve, and none on a command line."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.template import secret_parameters
from shared.core.auth.settings import load_auth_settings
from shared.core.secrets import KEPT_APART
from shared.core.settings import ConfigurationError
from tests.unit.template.source import ROOT
from tests.unit.test_docs import documents, relative, tracked_files

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


@pytest.mark.parametrize(("path", "secret"), SHOWN, ids=lambda value: str(value).rpartition("/")[2][:20])
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


# A command line is for every user of the machine to read, and an `export X=value` for the shell to remember.
NAMES = {*KEPT_APART, *secret_parameters(ROOT / "template.yaml"), "TOKEN"}
ON_A_LINE = re.compile(
    rf"\b(?:{'|'.join(sorted(NAMES))}|\w*PASSWORD|\w*SECRET)=|\$\{{?(?:{'|'.join(sorted(NAMES))}|\w*PASSWORD|\w*SECRET)\b"
    r"|\w+://[^\s:@/'\"]+:[^\s@'\"]+@|\beyJ"
)
FENCED = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`((?:make|curl|psql|aws|neon|export|\S*python -m) [^`\n]+)`")
WORDS_OF_THE_SHELL = ("printf", "echo", "read", "unset", "local", "for", "do")


def commands_in(document: str) -> Iterator[str]:
    """Each simple command: what pipes, lists and substitutions join is parted, comments and input are cut off."""
    blocks = [block for block in FENCED.findall(document) if not re.match(r"AUTH_", block)]  # those are settings
    for block in [*blocks, *INLINE.findall(document)]:
        for line in re.sub(r"\\\n", " ", block).splitlines():
            plain = re.sub(r"(^|\s)#.*", "", line)
            plain = re.sub(r"<<<\s*(\"(\\.|[^\"])*\"|'[^']*'|\S+)", "", plain)
            yield from (part.strip() for part in re.split(r"\$\(|\|\||&&|[|;]", plain) if part.strip())


def told_on_a_line(command: str) -> bool:
    words = re.sub(r"^(?:\w+=(?:\"[^\"]*\"|'[^']*'|\S*)(?:\s+|$))+", "", command)  # of the environment, not of the line
    exported = re.fullmatch(r"export ([\w ]+|\w+=)", words)  # without a value, or with one that a command gives
    return not exported and not words.startswith(WORDS_OF_THE_SHELL) and ON_A_LINE.search(words) is not None


@pytest.mark.parametrize("document", documents(), ids=relative)
def test_no_command_in_a_document_shows_a_secret(document: Path) -> None:
    assert [command for command in commands_in(document.read_text()) if told_on_a_line(command)] == []


@pytest.mark.parametrize(
    "command",
    [
        "make doctor TOKEN=…",
        "make migrate DATABASE_URL='postgresql://…'",
        'make dev DATABASE_URL="$DATABASE_URL"',
        'make deploy PARAMETERS="AuthSecret=x"',
        "export DATABASE_URL='postgresql://owner:password@example.com/tasks'",
        'curl -s "$API" -H "Authorization: Bearer $TOKEN"',
        'X=$(curl -s "$API" -d client_secret="$CLIENT_SECRET")',
        "psql postgresql://owner:password@example.com/tasks",
        "python -m local doctor eyJhbGciOiJIUzI1NiJ9.e30.x",
    ],
)
@pytest.mark.parametrize("document", ["```sh\n{}\n```\n", "so: `{}`"])
def test_a_secret_on_a_line_is_seen(command: str, document: str) -> None:
    if "`{}`" in document and command.startswith("X="):
        return
    assert any(map(told_on_a_line, commands_in(document.replace("{}", command))))


@pytest.mark.parametrize(
    "command",
    [
        "read -rs TOKEN && export TOKEN",
        'printf %s "$TOKEN" | python -m local doctor -',
        'curl -s "$API" -H @- <<< "Authorization: Bearer $TOKEN"',
        'DATABASE_URL="$DATABASE_URL" python -m local doctor',
        "TOKEN=$(curl -s https://example.com/token)",
        "export DATABASE_URL=$(neon connection-string pr-42 --pooled)",
        "make smoke URL=https://example.com     # TOKEN=… is in the environment",
    ],
)
def test_a_secret_that_stays_off_the_line_is_not(command: str) -> None:
    assert not any(map(told_on_a_line, commands_in(f"```sh\n{command}\n```\n")))


def targets() -> list[str]:
    makefile = (ROOT / "Makefile").read_text()
    return re.findall(r"^([a-z][a-z-]*):.*##", makefile, re.MULTILINE)


@pytest.mark.parametrize("target", targets())
def test_no_target_of_make_hands_a_secret_on_by_a_command_line(target: str) -> None:
    given = [f"{name}=hidden-{name}" for name in sorted(NAMES)]
    shown = subprocess.run(["make", "-n", target, *given], cwd=ROOT, capture_output=True, text=True, check=False)

    assert shown.returncode == 0, shown.stderr
    assert "hidden-" not in shown.stdout
