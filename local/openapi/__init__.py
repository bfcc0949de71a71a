"""The OpenAPI document: made from the apps that the functions serve, and from what only people can say about them."""


class OpenApiError(Exception):
    """Something that is served has no description; the text is one line for the developer, and says what to do."""
