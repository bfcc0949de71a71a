"""One file, one endpoint, one Lambda: each exports `app` (FastAPI) and `handler` (what Lambda calls)."""

from shared.core.database.dialling import dial_early
from shared.core.quiet import quiet_libraries

quiet_libraries()
# Before the endpoint's own imports, which take longer than a connect does.
dial_early()
