"""What is put into files that others write in too: blocks of text, each at its place."""

from dataclasses import dataclass
from pathlib import Path

from local import ROOT
from local.openapi.resource import listed
from local.scaffold.endpoints import endpoints
from local.scaffold.fields import Field
from local.scaffold.migration import definition
from local.scaffold.names import ScaffoldError
from local.scaffold.resource import Resource
from migrations.write_functions import functions


@dataclass(frozen=True, slots=True)
class Insertion:
    """A block of whole lines, which stands before the line that begins with `anchor`."""

    path: Path
    anchor: str
    block: str

    def insert(self) -> None:
        text = self.path.read_text(encoding="utf-8")
        place = text.find(f"\n{self.anchor}")
        if place < 0:
            raise ScaffoldError(f"{self.relative} has no line that begins with {self.anchor!r}: where to put it?")
        self.path.write_text(text[: place + 1] + self.block + text[place + 1 :], encoding="utf-8")

    def is_there(self) -> bool:
        return self.block in self.path.read_text(encoding="utf-8")

    def remove(self) -> None:
        self.path.write_text(self.path.read_text(encoding="utf-8").replace(self.block, "", 1), encoding="utf-8")

    @property
    def relative(self) -> str:
        return str(self.path.relative_to(ROOT))


def insertions(resource: Resource, revision: str, previous: str) -> list[Insertion]:
    model = ROOT / "docs" / "data-model.md"
    many, plural = resource.names.many, resource.names.plural
    return [
        Insertion(ROOT / "template.yaml", "  GetMeFunction:", _template(resource)),
        Insertion(ROOT / "docs" / "api.md", "| [get_me]", _rows_of_functions(resource)),
        Insertion(model, "| `created_at`", f"| `{plural}` | integer | no | how many {many} there are |\n"),
        Insertion(model, "## `idempotency_keys`", _section(resource)),
        Insertion(model, "| `users_pkey` |", _rows_of_indexes(resource)),
        lost(revision, previous, f"**all {many}**, and the count of them"),
    ]


def lost(revision: str, previous: str, what: str) -> Insertion:
    """The row that says what taking a revision back loses."""
    return Insertion(ROOT / "docs" / "operations.md", f"| `{previous}` |", f"| `{revision}` | {what} |\n")


def _template(resource: Resource) -> str:
    blocks = []
    for endpoint in endpoints(resource):
        events = "".join(
            f"        {name}: {{Type: HttpApi, Properties: {{ApiId: !Ref HttpApi, Method: {endpoint.method}, "
            f'Path: "{prefix}{endpoint.path}"}}}}\n'
            for name, prefix in (("Canonical", "/api"), ("ByUser", "/api/{user_id}"))
        )
        blocks.append(f"""  {endpoint.logical_id}:
    Type: AWS::Serverless::Function
    Metadata: {{BuildMethod: makefile}}
    Properties:
      Handler: functions.{endpoint.module}.handler
      Role: !GetAtt FunctionRole.Arn
{"      DeploymentPreference: {Enabled: false}" + chr(10) if endpoint.rare else ""}      Events:
{events}
""")
    return "".join(blocks)


def _rows_of_functions(resource: Resource) -> str:
    return "".join(
        f"| [{endpoint.module}](../functions/{endpoint.module}.py) | `{endpoint.method} /api{endpoint.path}` "
        f"| `{endpoint.method} /api/{{user_id}}{endpoint.path}` | {endpoint.success} |\n"
        for endpoint in endpoints(resource)
    )


def _section(resource: Resource) -> str:
    names = resource.names
    rows = "".join(_row(resource, field) for field in resource.fields)
    return f"""## `{names.plural}`

A user's {names.many}; the policy `{names.plural}_owner` shows them to nobody else.
Written by {listed([f"`{function}(…)`" for function in _written_by(resource)])}.

| column | type | null | rule |
|---|---|---|---|
| `user_id` | text | no | the owner, references `users`, on delete cascade; with `id` the primary key |
| `id` | uuid | no | `uuidv7()`: ordered by time |
{rows}| `version` | bigint | no | 1 on creation, one more with each change; in the body, and the `ETag` |
| `revision` | bigint | no | the owner's revision when it was changed last (`{names.plural}_owner_revision`) |
| `made_from` | text | yes | the hash of what was sent, where the client chose the id |
| `created_at` | timestamptz | no | `now()` |
| `updated_at` | timestamptz | no | `now()` on creation and with each change |

"""


def _written_by(resource: Resource) -> list[str]:
    """The functions in the database: as the migration makes them, whatever there are."""
    names = resource.names
    return [signature.partition("(")[0] for signature in functions(names.plural, names.singular, {})]


def _row(resource: Resource, field: Field) -> str:
    sql_type, _, rest = definition(field).partition(" ")
    check = f" (`{resource.names.plural}_{field.name}_check`)" if "check (" in rest else ""
    said = [f"{_values(field)}{check}"] if check else []
    if field.default is not None:
        given = str(field.default).lower() if field.kind == "boolean" else field.default
        said.append(f"{given} unless given")
    elif not said:
        said.append("may be left out" if field.optional else "required")
    return f"| `{field.name}` | {sql_type} | {'yes' if field.optional else 'no'} | {', '.join(said)} |\n"


def _values(field: Field) -> str:
    """What the column's check allows, in words."""
    if field.kind == "text":
        return f"1 to {field.greatest} characters, trimmed"
    return " or ".join(field.choices) if field.kind == "enum" else f"{field.least} to {field.greatest}"


def _rows_of_indexes(resource: Resource) -> str:
    plural, many = resource.names.plural, resource.names.many
    rows = [
        f"| `{plural}_pkey` | `(user_id, id)` | pages and look-ups of {many}; the cascade |\n",
        *(
            f"| `{plural}_owner_{field.name}` | `(user_id, {field.name}, id desc)` | "
            f"pages and counts of {many} by `{field.name}` |\n"
            for field in resource.filters
        ),
        f"| `{plural}_owner_revision` | `(user_id, revision)` | what changed since a revision |\n",
    ]
    return "".join(rows)
