"""Scheduled: removes what has expired. No route leads here."""

import os
from typing import Any

from shared.core.database.dialling import connection_source
from shared.core.database.settings import load_database_settings
from shared.core.deadline import Deadline
from shared.core.observability import logger
from shared.core.secrets import with_secrets
from shared.core.startup import ready
from shared.core.tracing import traced
from shared.purge import LONGEST_S, purge


@ready
@traced("purge")
def handler(_event: dict[str, Any], context: Any) -> dict[str, int]:
    connections = connection_source(load_database_settings(with_secrets(os.environ)))
    purged = {"buckets": purge(connections, Deadline.of_invocation(context, longest=LONGEST_S))}
    logger.info("purged", extra=purged)
    return purged
