"""What a database's refusal means to whoever reads it."""

# What libpq says, and what it means to the reader; the first that fits.
_MEANINGS = (
    ("password authentication failed", "the user or the password is wrong"),
    ("does not exist", "the server has no such database or user"),
    ("could not translate host name", "the host name is not known: a typing error, or no network"),
    ("failed to resolve host", "the host name is not known: a typing error, or no network"),
    ("certificate verify failed", "the server's certificate is not signed by the roots that are trusted: sslrootcert"),
    ("server certificate for", "the server's certificate is for another host name"),
    ("root certificate file", "the file named by sslrootcert is not there"),
    ("Connection refused", "nothing listens there: wrong port, or the server is down"),
    ("timeout", "no answer: a firewall, a wrong address, or a server that takes too long to wake"),
    ("unsupported startup parameter", "the pooler refuses an option of the URL"),
    ("endpoint", "Neon: the endpoint is disabled, or its quota is used up"),
    ("SSL", "TLS failed; a server without direct negotiation needs sslnegotiation=postgres in the URL"),
    ("server closed the connection", "the server hung up; without direct TLS it needs sslnegotiation=postgres"),
)


def explain(error: Exception) -> str:
    text = str(error)
    meaning = next((meaning for words, meaning in _MEANINGS if words.lower() in text.lower()), None)
    said = text.splitlines()[0] if text else type(error).__name__
    return f"{meaning} ({said})" if meaning else said
