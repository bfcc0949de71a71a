"""GET /api/me/export: everything that is kept of the caller, page by page."""

from typing import Annotated

from fastapi import Query

from shared.core.http.app import create_app, lambda_handler
from shared.export import CallersExport, ExportPage, ExportQuery

app = create_app()


@app.get("/api/me/export")
async def export_me(query: Annotated[ExportQuery, Query()], export: CallersExport) -> ExportPage:
    return export.page(query)


handler = lambda_handler(app)
