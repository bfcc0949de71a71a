"""CONTRIBUTING.md's guides as they stand there, and the one of a field performed word by word."""

import re
import textwrap

from local import ROOT
from local.revisions import newest_revision
from local.scaffold.migration import next_revision
from tests.e2e.copies.project import Project

# The row of the operator's document that a newer revision's comes before.
NEWEST = f"| `{newest_revision()}` |"
GUIDES = (ROOT / "CONTRIBUTING.md").read_text()


def guide(title: str) -> str:
    return GUIDES.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def step(title: str, number: int) -> str:
    """The text of one step of a guide."""
    found = re.search(rf"^{number}\. (.*?)(?=^\d+\. |^\S|\Z)", guide(title), re.DOTALL | re.MULTILINE)
    assert found, f"{title} has no step {number}"
    return found[1]


def blocks(text: str, language: str) -> list[str]:
    """The code of a step, as it stands in its file."""
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(block) for block in found]


def quoted(text: str) -> list[str]:
    """What stands in backticks, of either kind."""
    return [long or short for long, short in re.findall(r"`` (.+?) ``|`([^`]+)`", text)]


def migration_of_the_field() -> tuple[str, str]:
    """Its path and its source."""
    (path,) = (code for code in quoted(step("A field", 3)) if code.startswith("migrations/versions/"))
    (source,) = blocks(step("A field", 3), "python")
    return _as_the_next(path), _as_the_next(source)


def _as_the_next(text: str) -> str:
    """The guide's number follows that of tasks; a resource that was made before has taken it."""
    of_guide = re.findall(r'revision = "(\d+)"', step("A field", 3))
    numbers = dict(zip(of_guide, (next_revision(), newest_revision()), strict=True))
    return re.sub("|".join(numbers), lambda found: numbers[found[0]], text)


def add_the_field(project: Project) -> None:
    """All that is written by hand: the first four steps."""
    (column,) = (code for code in quoted(step("A field", 1)) if "columns." in code)
    project.add_after("shared/tables/tasks.py", r"    \)", f"    {column}\n")
    given, shown = (code for code in quoted(step("A field", 2)) if code.startswith("priority: "))
    project.add_after("shared/tasks.py", r"    description: Description", f"    {given}\n")
    project.add_after("shared/tasks.py", r"    completed_at: UtcTimestamp", f"    {shown}\n")
    imported = "from shared.core.resource.fields import "
    project.write("shared/tasks.py", project.read("shared/tasks.py").replace(imported, f"{imported}Integer, "))
    project.write(*migration_of_the_field())
    of_model, of_operations = (code for code in quoted(step("A field", 4)) if code.startswith("| "))
    project.add_after("docs/data-model.md", r"\| `completed_at` \| timestamptz", f"{of_model}\n")
    operations = project.read("docs/operations.md")
    project.write("docs/operations.md", operations.replace(NEWEST, f"{_as_the_next(of_operations)}\n{NEWEST}", 1))
