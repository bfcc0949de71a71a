"""Whether the API runs."""

from typing import Literal, TypeAlias

from pydantic import BaseModel

from shared.core import __version__
from shared.core.resource.schemas import Envelope


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str = __version__


HealthEnvelope: TypeAlias = Envelope[Health]
