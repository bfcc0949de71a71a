"""What a packaged function logs under AWS's own runtime, at each level that the template allows: a line per request.

The runtime sets logging up as no other test does: with `AWS_LAMBDA_LOG_FORMAT=JSON` its handler is on the root logger.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from shared.core.auth.settings import DEVELOPMENT_SECRET
from tests.answering import answering
from tests.e2e.runtime import EMULATED, Start, event
from tests.unit.template.source import load_template

pytestmark = EMULATED
LEVELS = load_template()["Parameters"]["LogLevel"]["AllowedValues"]
PASSWORD = "a-password-that-no-log-may-hold"
# As Powertools begins each of its lines.
BEGINNING = ["level", "location", "message", "timestamp", "service"]
SESSION_TOKEN = "a-session-token-that-no-log-may-hold"
# Of the runtime itself and of the emulator, which Lambda keeps in a log of its own.
NAMES = ("list_tasks", "create_task", "list_tasks_no_token", "get_task_missing", "create_task_blank_title")


@contextmanager
def secrets_manager(values: dict[str, str]) -> Iterator[str]:
    """A stub of AWS Secrets Manager that knows these; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps({"Name": asked["SecretId"], "SecretString": values[asked["SecretId"]]}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/x-amz-json-1.1")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with answering(Handler) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["list_tasks", "create_task"])
def test_a_request_is_one_line_and_holds_no_secret(name: str, level: str, start: Start, seeded: str) -> None:
    # Given secrets by ARN, and the runtime's own logging at this level
    database = seeded.replace("@", f":{PASSWORD}@", 1)
    assert PASSWORD in database
    function = "ListTasksFunction" if name == "list_tasks" else "CreateTaskFunction"
    with secrets_manager({"database": database, "secret": DEVELOPMENT_SECRET}) as endpoint:
        settings = {
            "DATABASE_URL_ARN": "database",
            "AUTH_SECRET_ARN": "secret",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SESSION_TOKEN": SESSION_TOKEN,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": level,
        }
        # When requests are served, and refused
        with start(function, **settings) as emulator:
            mine = [one for one in NAMES if one.startswith(name)]
            statuses = [emulator.invoke(event(one).content)["statusCode"] for one in mine]
            log = emulator.log
    assert statuses[0] in (200, 201), log
    assert any(status >= 400 for status in statuses)
    # Then each is one line at INFO and below, none of the libraries says anything, and no secret is in the log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    requests = [line for line in lines if line.get("message") == "request"]
    assert len(requests) == (len(mine) if level in ("DEBUG", "INFO") else 0), log
    assert [list(line)[: len(BEGINNING)] for line in requests] == [BEGINNING] * len(requests)
    assert [line["Requests"] for line in requests if line["_aws"]["CloudWatchMetrics"]] == [[1.0]] * len(requests)
    assert [line for line in lines if line.get("service") != "tasks-api"] == []
    for secret in (
        PASSWORD,
        DEVELOPMENT_SECRET,
        SESSION_TOKEN,
        "/api/tasks/019",
        event(name).content["headers"]["authorization"],
    ):
        assert secret not in log
