"""Whether the API runs, and as what it was built."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel

from shared.core import __version__
from shared.core.resource.schemas import Envelope


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str = __version__
    commit: str | None
    schema_revision: str


HealthEnvelope: TypeAlias = Envelope[Health]


@cache
def current_health() -> Health:
    """As the build has written it down, which asks nobody; from the sources the commit is None."""
    try:
        built = import_module("built")
    except ModuleNotFoundError:
        revisions = Path(__file__).parents[1].glob("migrations/versions/[0-9]*.py")
        return Health(commit=None, schema_revision=max(path.name.partition("_")[0] for path in revisions))
    return Health(commit=built.COMMIT, schema_revision=built.SCHEMA_REVISION)
