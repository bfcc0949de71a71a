"""`python -m local doctor`: says in plain words what is wrong, and exits with 1 where something is."""

import os
from collections.abc import Mapping

from local.database_doctor import examine_database
from local.finding import Health


def examine(environ: Mapping[str, str] | None = None) -> int:
    """Print the findings about DATABASE_URL; 0 when all is well."""
    env = os.environ if environ is None else environ
    bad = 0
    for finding in examine_database(env.get("DATABASE_URL", ""), env.get("DATABASE_SSLMODE") or None):
        print(finding, flush=True)
        bad += finding.health is Health.BAD
    print(f"\n{bad} thing{'s' if bad != 1 else ''} to mend" if bad else "\nall is well")
    return 1 if bad else 0
