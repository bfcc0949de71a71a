"""The second argument of a handler, with what the libraries of this project read from it."""

import os
import time
from dataclasses import dataclass, field

_REGION = "local"


def trace_header() -> str:
    """As Lambda gives it to an invocation: an id in any case, a parent only to one that is traced. Here all are."""
    root = f"Root=1-{int(time.time()):08x}-{os.urandom(12).hex()}"
    return f"{root};Parent={os.urandom(8).hex()};Sampled=1" if os.environ.get("TRACING") == "on" else root


@dataclass(frozen=True, slots=True)
class LambdaContext:
    function_name: str
    memory_limit_in_mb: int
    aws_request_id: str
    timeout_s: float
    function_version: str = "$LATEST"
    identity: None = None
    client_context: None = None
    _started: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{_REGION}:000000000000:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._started + self.timeout_s - time.monotonic()) * 1000))
