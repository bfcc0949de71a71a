"""Nothing that the functions log, in whatever test, holds a token, a password in a URL, or the body of a request."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from tests.api import Answer

TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
PASSWORD = re.compile(r"://[^/\s:@\"]*:[^/\s@\"]+@")
# Shorter ones stand in a line by chance.
LEAST_BODY = 12


class LogAudit(logging.Handler):
    """Collects the lines as they are written, and the bodies that were sent meanwhile."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: list[str] = []
        # Each once: many requests of one test have the same.
        self.bodies: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def observe(self, _function: str, event: Mapping[str, Any], _answer: Answer) -> None:
        if len(body := event.get("body") or "") >= LEAST_BODY:
            self.bodies[body] = None

    def findings(self) -> list[str]:
        """What must not have been logged since the last call."""
        text = "\n".join(self.lines)
        found = [match[0] for rule in (TOKEN, PASSWORD) for match in rule.finditer(text)]
        unescaped = text.replace('\\"', '"')
        found += [body for body in self.bodies if body in text or body in unescaped]
        self.lines.clear()
        self.bodies.clear()
        return found
