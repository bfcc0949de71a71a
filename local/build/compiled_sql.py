"""`shared.tables` as it ships: the SQL that its expressions compile to, for SQLAlchemy is slow to import.

The build writes these modules instead of the source's, from the expressions and at every build, so that they cannot be
stale. Here, in the source tree, the expressions are all there is.
"""

from importlib import import_module
from pkgutil import iter_modules

from local import ROOT

_PACKAGE = "shared.tables"
_HEAD = '''"""Compiled by the build from the module of this name."""

{imports}
__all__ = {names!r}

'''


def compiled_tables() -> dict[str, str]:
    """The source of each module of `shared.tables`, by its name: its statements and its lengths, as constants."""
    names = [module.name for module in iter_modules([str(ROOT.joinpath(*_PACKAGE.split(".")))])]
    return {"__init__": '"""One module per noun: its statements."""\n'} | {name: _compiled(name) for name in names}


def _compiled(name: str) -> str:
    module = import_module(f"{_PACKAGE}.{name}")  # late: it brings SQLAlchemy, which most of the build does without
    # Late as well, for the same reason.
    from shared.core.database.statement import Statement
    from shared.core.resource.export import Export, ExportTable
    from shared.core.resource.listing import Listing
    from shared.core.resource.statements import OwnedStatements

    constants = {
        name: value
        for name, value in sorted(vars(module).items())
        if not name.startswith("_") and isinstance(value, Statement | OwnedStatements | Export | int)
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in constants.items())
    # What a module does not hold its function need not import.
    used = [one for one in (Statement, Listing, OwnedStatements, ExportTable, Export) if f"{one.__name__}(" in lines]
    imports = "".join(f"from {one.__module__} import {one.__name__}\n" for one in used)
    return _HEAD.format(imports=imports, names=list(constants)) + lines
