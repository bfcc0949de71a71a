"""What must not be in a migration: what breaks the code that still serves, and locks for which writes would wait."""


class SquawkError(Exception):
    """A migration has something of that; the text has a line for each."""
