"""A debugger, as far as a test needs one: the Debug Adapter Protocol over a socket."""

import json
import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_LONGEST_S = 180


class Debugger:
    """Attached to a port of this machine. Events that nobody has waited for yet are kept."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_LONGEST_S)
        self._reader = self._socket.makefile("rb")
        self._sent = 0
        self._kept: list[dict[str, Any]] = []
        self._ask("initialize", adapterID="test", pathFormat="path", linesStartAt1=True, columnsStartAt1=True)
        self._send("attach", {"justMyCode": True})
        self.event("initialized")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()
        self._socket.close()

    def stop_at(self, path: Path, line: int) -> None:
        """Set a breakpoint, the only one, and let the program go on."""
        self._ask("setBreakpoints", source={"path": str(path)}, breakpoints=[{"line": line}])
        self._ask("configurationDone")

    def variables(self, stopped: dict[str, Any]) -> dict[str, str]:
        """Of the innermost frame, as they are shown."""
        frame = self._ask("stackTrace", threadId=stopped["body"]["threadId"])["body"]["stackFrames"][0]
        scope = self._ask("scopes", frameId=frame["id"])["body"]["scopes"][0]
        found = self._ask("variables", variablesReference=scope["variablesReference"])["body"]["variables"]
        return {variable["name"]: variable["value"] for variable in found}

    def go_on(self, stopped: dict[str, Any]) -> None:
        self._ask("continue", threadId=stopped["body"]["threadId"])

    def event(self, name: str) -> dict[str, Any]:
        return self._until(lambda message: message.get("event") == name)

    def _ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        number = self._send(command, arguments)
        answer = self._until(lambda message: message.get("request_seq") == number)
        assert answer["success"], answer
        return answer

    def _send(self, command: str, arguments: dict[str, Any]) -> int:
        self._sent += 1
        message = {"seq": self._sent, "type": "request", "command": command, "arguments": arguments}
        content = json.dumps(message).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        return self._sent

    def _until(self, wanted: Any) -> dict[str, Any]:
        for message in self._kept:
            if wanted(message):
                self._kept.remove(message)
                return message
        while not wanted(message := self._read()):
            self._kept.append(message)
        return message

    def _read(self) -> dict[str, Any]:
        length = 0
        while line := self._reader.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        assert length, "the adapter has hung up"
        message: dict[str, Any] = json.loads(self._reader.read(length))
        return message
