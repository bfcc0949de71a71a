"""One file, one endpoint, one Lambda: each exports `app` (FastAPI) and `handler` (what Lambda calls)."""

from shared.core.database.dialling import dial_early

# Before the endpoint's own imports, which take longer than a connect does.
dial_early()
