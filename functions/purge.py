"""Scheduled: removes expired idempotency keys and request counters. No route leads here."""

import os
from typing import Any

from shared.config import load_database_settings
from shared.deadline import Deadline
from shared.dialling import connection_source
from shared.observability import logger
from shared.purge import purge
from shared.secrets import with_secrets


def handler(_event: dict[str, Any], context: Any) -> dict[str, int]:
    purged = purge(connection_source(load_database_settings(with_secrets(os.environ))), Deadline.of_invocation(context))
    logger.info("purged", extra=purged)
    return purged
