"""Scheduled: removes expired idempotency keys and request counters. No route leads here."""

import os
from typing import Any

from shared.config import load_database_settings
from shared.deadline import Deadline
from shared.dialling import connection_source
from shared.observability import logger
from shared.purge import LONGEST_S, purge
from shared.secrets import with_secrets


def handler(_event: dict[str, Any], context: Any) -> dict[str, int]:
    connections = connection_source(load_database_settings(with_secrets(os.environ)))
    purged = purge(connections, Deadline.of_invocation(context, longest=LONGEST_S))
    logger.info("purged", extra=purged)
    return purged
