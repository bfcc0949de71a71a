"""Whether what a resource is called is something else already in the modules that are written for it."""

import ast
from collections.abc import Iterator, Mapping

from local.scaffold.names import ScaffoldError


def check_sources(sources: Mapping[str, str]) -> None:
    """Formatted sources by path: nothing in one of them may be called as something else in it.

    Raises:
        ScaffoldError: it is; another name would not be.
    """
    for path, source in sources.items():
        if path.endswith(".py") and (twice := next(_twice(ast.parse(source)), None)):
            raise ScaffoldError(f"{path} would have {twice!r} with two meanings: choose another name")


def _twice(module: ast.Module) -> Iterator[str]:
    seen: set[str] = set()
    for name in (name for statement in module.body for name in _bound(statement)):
        if name in seen:
            yield name
        seen.add(name)
    for statement in module.body:
        if isinstance(statement, ast.AsyncFunctionDef):
            arguments = [argument.arg for argument in statement.args.args]
            yield from (name for name in arguments if name in seen or arguments.count(name) > 1)
        elif isinstance(statement, ast.ClassDef):
            # A field with a default is a name for the fields after it.
            yield from sorted(_targets(statement.body) & _read(statement.body))


def _bound(statement: ast.stmt) -> list[str]:
    """The names that a statement of a module gives."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [name.asname or name.name for name in statement.names]
    if isinstance(statement, ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    return sorted(_targets([statement]))


def _targets(statements: list[ast.stmt]) -> set[str]:
    return {node.id for node in _names(statements) if isinstance(node.ctx, ast.Store)}


def _read(statements: list[ast.stmt]) -> set[str]:
    return {node.id for node in _names(statements) if isinstance(node.ctx, ast.Load)}


def _names(statements: list[ast.stmt]) -> Iterator[ast.Name]:
    return (node for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Name))
