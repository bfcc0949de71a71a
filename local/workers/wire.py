"""Messages between the gateway, its fork servers and its workers: JSON, behind its length, perhaps with a socket."""

import json
import os
import socket
import struct
from typing import Any

LENGTH = struct.Struct("!I")


def encode(message: Any) -> bytes:
    content = json.dumps(message).encode()
    return LENGTH.pack(len(content)) + content


def send(connection: socket.socket, message: Any, handed_over: socket.socket | None = None) -> None:
    """Send a message and, with it, a socket that the receiver has from then on too."""
    content = encode(message)
    sent = socket.send_fds(connection, [content], [handed_over.fileno()]) if handed_over else 0
    connection.sendall(content[sent:])


def receive(connection: socket.socket) -> tuple[Any, socket.socket | None] | None:
    """The next message, with the socket that came with it; None at the end."""
    head, descriptors, _, _ = socket.recv_fds(connection, LENGTH.size, 1)
    while head and len(head) < LENGTH.size:
        head += connection.recv(LENGTH.size - len(head))
    if not head:
        return None
    content = bytearray()
    (length,) = LENGTH.unpack(head)
    while len(content) < length:
        part = connection.recv(length - len(content))
        if not part:
            return None
        content += part
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    return json.loads(content), socket.socket(fileno=descriptors[0]) if descriptors else None
