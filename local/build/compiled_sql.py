"""`shared.statements` as it ships: the SQL that its expressions compile to, for SQLAlchemy is slow to import.

The build writes it over the layer's `shared/statements/__init__.py`, from the expressions and at every build, so that
it cannot be stale. Here, in the source tree, the expressions are all there is.
"""

from importlib import import_module

_HEAD = '''"""Each endpoint's one statement, compiled by the build from the expressions beside this module."""

from shared.core.database.session import Statement
'''


def compiled_statements() -> str:
    """The source of a module with the names of `shared.statements`, whose values are constants."""
    statements = import_module("shared.statements")  # late: it brings SQLAlchemy, which most of the build does without
    names = sorted(statements.__all__)
    exported = "\n".join(["__all__ = [", *(f'    "{name}",' for name in names), "]"])
    constants = "\n".join(f"{name} = {getattr(statements, name)!r}" for name in names)
    return f"{_HEAD}\n{exported}\n\n{constants}\n"
