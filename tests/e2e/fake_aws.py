"""An AWS that knows which templates stacks were deployed with, and forgets groups of logs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from tests.answering import answering

_TEMPLATE = (
    "<GetTemplateResponse><GetTemplateResult><TemplateBody>{}</TemplateBody></GetTemplateResult></GetTemplateResponse>"
)
_ERROR = "<ErrorResponse><Error><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>"


@dataclass
class FakeAws:
    """`templates` by stack; `log_groups` that there are; `refuses` all that it is asked."""

    address: str = ""
    templates: dict[str, str] = field(default_factory=dict)
    log_groups: set[str] = field(default_factory=set)
    refuses: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_MAX_ATTEMPTS": "1",
        }

    def answer(self, target: str, body: str) -> tuple[int, str]:
        if target:
            return self._delete_log_group(target, json.loads(body)["logGroupName"])
        query = {name: value for name, (value, *_) in parse_qs(body).items()}
        self.asked.append(f"{query['Action']} {query['StackName']}")
        if self.refuses:
            return 403, _ERROR.format("AccessDenied", "not authorized")
        template = self.templates.get(query["StackName"])
        if template is None:
            return 400, _ERROR.format("ValidationError", f"Stack with id {query['StackName']} does not exist")
        return 200, _TEMPLATE.format(escape(template))

    def _delete_log_group(self, target: str, name: str) -> tuple[int, str]:
        self.asked.append(f"{target.partition('.')[2]} {name}")
        if self.refuses:
            return 400, json.dumps({"__type": "AccessDeniedException", "message": "not authorized"})
        if name not in self.log_groups:
            return 400, json.dumps({"__type": "ResourceNotFoundException", "message": "there is none"})
        self.log_groups.remove(name)
        return 200, "{}"


@contextmanager
def fake_aws() -> Iterator[FakeAws]:
    aws = FakeAws()

    class Asked(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, said = aws.answer(self.headers.get("X-Amz-Target", ""), body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            pass

    with answering(Asked) as port:
        aws.address = f"http://127.0.0.1:{port}"
        yield aws
