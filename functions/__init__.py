"""One file, one endpoint, one Lambda: each exports `app` (FastAPI) and `handler` (what Lambda calls)."""
