"""API Gateway's event (payload 2.0) as the ASGI scope of one request."""

from functools import cached_property
from typing import Any

from mangum.handlers import HTTPGateway


class HttpApi(HTTPGateway):
    """Mangum's reader of this payload but for the path, which API Gateway has decoded, and the host.

    Mangum decodes the path once more: `/api/a%2562/…` would be a path of `ab`. And it parts a host at its colons,
    of which an IPv6 address has more than one.
    """

    @classmethod
    def infer(cls, *_: Any) -> bool:
        """No other payload is ours: what is not this one cannot be read."""
        return True

    @cached_property  # Mangum asks for it twice
    def scope(self) -> dict[str, Any]:
        request = self.event["requestContext"]["http"]
        if not (isinstance(request["method"], str) and isinstance(request["path"], str)):
            raise TypeError("the method and the path are texts")
        headers = {name.lower(): value for name, value in (self.event.get("headers") or {}).items()}
        if cookies := self.event.get("cookies"):
            headers["cookie"] = "; ".join(cookies)
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "http_version": "1.1",
            "method": request["method"],
            "scheme": headers.get("x-forwarded-proto", "https"),
            "path": request["path"],
            "raw_path": None,
            "root_path": "",
            "query_string": self.event.get("rawQueryString", "").encode(),
            "headers": [[name.encode(), value.encode()] for name, value in headers.items()],
            "server": None,
            "client": (request["sourceIp"], 0),
            "aws.event": self.event,
            "aws.context": self.context,
        }
