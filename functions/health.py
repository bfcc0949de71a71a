"""GET /api/health: this function runs. No token, and no database: a probe must not keep Neon awake."""

from shared.core import __version__
from shared.core.http.app import create_app, lambda_handler
from shared.schemas import Health, HealthEnvelope

app = create_app(public=True)


@app.get("/api/health")
async def health() -> HealthEnvelope:
    return HealthEnvelope(data=Health(version=__version__))


handler = lambda_handler(app)
