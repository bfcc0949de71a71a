"""Whether clients of the last release can go on with the API as it is now: two OpenAPI documents, compared."""


class CompatError(Exception):
    """A release cannot be made, or compared with; the text is one line for the developer, and says what to do."""
