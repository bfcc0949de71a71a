"""GET /api/me: who the caller is, and how many tasks they have."""

from shared.core.http.app import create_app, lambda_handler
from shared.core.http.endpoint import CallersAccount
from shared.schemas import AccountEnvelope

app = create_app()


@app.get("/api/me")
async def get_me(account: CallersAccount) -> AccountEnvelope:
    return AccountEnvelope(data=account.get())


handler = lambda_handler(app)
