"""GET /api/me: who the caller is, and how many tasks they have."""

from shared.account import AccountEnvelope, CallersAccount
from shared.core.http.app import create_app, lambda_handler

app = create_app()


@app.get("/api/me")
async def get_me(account: CallersAccount) -> AccountEnvelope:
    return AccountEnvelope(data=account.get())


handler = lambda_handler(app)
