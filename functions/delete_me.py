"""DELETE /api/me: everything that is kept of the caller goes, their tasks included."""

from shared.account import CallersAccount
from shared.core.http.app import create_app, lambda_handler

app = create_app()


@app.delete("/api/me", status_code=204)
async def delete_me(account: CallersAccount) -> None:
    account.delete()


handler = lambda_handler(app)
