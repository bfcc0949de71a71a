"""One file, one endpoint, one Lambda: each exports `app` (FastAPI) and `handler` (what Lambda calls)."""

from shared.core.startup import begin

begin()

from shared.core.database.dialling import dial_early  # noqa: E402  # most of what there is to import comes with these
from shared.core.quiet import quiet_libraries  # noqa: E402

quiet_libraries()
# Before the endpoint's own imports, which take longer than a connect does.
dial_early()
