"""The migrations of a resource: the one that makes its table, and the one that drops it."""

import json
import re
import textwrap

from local.revisions import newest_revision
from local.scaffold.fields import Field
from local.scaffold.resource import Resource
from local.versions import Version

_WIDTH = 118


def definition(field: Field) -> str:
    """The column as SQL, after its name."""
    types = {"text": "text", "enum": "text", "boolean": "boolean", "integer": "integer", "timestamp": "timestamptz"}
    parts = [types[field.kind], *([] if field.optional else ["not null"])]
    if field.default is not None:
        parts.append(f"default {_literal(field)}")
    if rule := _rule(field):
        parts.append(f"check ({rule})")
    return " ".join(parts)


def migration(resource: Resource, revision: str, previous: str) -> str:
    """The source of the revision that makes the table."""
    upgrade, downgrade = _statements(resource)
    return _source(resource, f"{resource.names.many.capitalize()}.", revision, previous, upgrade, downgrade)


def dropping_migration(resource: Resource, revision: str, previous: str, after: Version) -> str:
    """The source of the revision that takes the table away, and makes it again on the way back, without its rows.

    `after`: the release since which no code uses the table.
    """
    downgrade, upgrade = _statements(resource)
    return _source(resource, f"No more {resource.names.many}.", revision, previous, upgrade, downgrade, after=after)


def next_revision() -> str:
    return f"{int(newest_revision()) + 1:04}"


def previous_of(source: str) -> str:
    found = re.search(r'^down_revision = "(\w+)"', source, re.MULTILINE)
    return found[1] if found else ""


def _statements(resource: Resource) -> tuple[str, str]:
    names = resource.names
    rules = ", rules=RULES" if resource.filters else ""
    return (
        f'owned_table("{names.plural}", "{names.singular}", COLUMNS{rules})',
        f'drop_owned_table("{names.plural}", "{names.singular}"{rules})',
    )


def _source(
    resource: Resource,
    title: str,
    revision: str,
    previous: str,
    upgrade: str,
    downgrade: str,
    *,
    after: Version | None = None,
) -> str:
    columns = "".join(f'    "{field.name}": {json.dumps(definition(field))},\n' for field in resource.fields)
    filtered = json.dumps([field.name for field in resource.filters])
    rules = f"RULES = Rules(filtered={filtered})" if resource.filters else ""
    words = resource.command if after is None else f"make resource NAME={resource.names.singular} REMOVE=1"
    contracts = f'\nCONTRACTS_AFTER = "{after}"' if after else ""
    written = textwrap.fill(f"Written by: {words}", _WIDTH, break_long_words=False, break_on_hyphens=False)
    return f'''"""{title}

{written}
"""

from migrations.owned_table import drop_owned_table, owned_table
from migrations.write_functions import Rules

revision = "{revision}"
down_revision = "{previous}"
branch_labels = None
depends_on = None{contracts}

COLUMNS = {{
{columns}}}
{rules}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


def _literal(field: Field) -> str:
    return str(field.default).lower() if field.kind in ("boolean", "integer") else f"'{field.default}'"


def _rule(field: Field) -> str:
    if field.kind == "text":
        return f"length({field.name}) between 1 and {field.greatest}"
    if field.kind == "enum":
        return f"{field.name} in ({', '.join(map(repr, field.choices))})"
    return "" if field.least is None else f"{field.name} between {field.least} and {field.greatest}"
