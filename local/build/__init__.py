"""What ships: packages, their SQL and bytecode, and what is done to the built template."""


class BuildError(Exception):
    """The package cannot be made; the text says what to do."""
