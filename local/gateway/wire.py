"""Messages between the gateway and its workers: JSON, behind its length."""

import json
import struct
from typing import Any

LENGTH = struct.Struct("!I")


def encode(message: Any) -> bytes:
    content = json.dumps(message).encode()
    return LENGTH.pack(len(content)) + content
