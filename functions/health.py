"""GET /api/health: this function runs, built of that. No token, and no database: a probe must not keep Neon awake."""

from shared.core.http.app import create_app, lambda_handler
from shared.health import HealthEnvelope, current_health

app = create_app(public=True)


@app.get("/api/health")
async def health() -> HealthEnvelope:
    return HealthEnvelope(data=current_health())


handler = lambda_handler(app)
