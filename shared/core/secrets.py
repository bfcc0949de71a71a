"""Settings that are kept in AWS Secrets Manager or SSM Parameter Store, and read at run time.

`DATABASE_URL_ARN` or `AUTH_SECRET_ARN` names where the setting without `_ARN` is kept: an ARN, the path of a parameter
(`/api/database-url`) or the name of a secret. boto3 takes 0.2 s to import, and is imported only where one is set.
"""

from collections.abc import Mapping, Sequence

from shared.core.clocks import Clocks, Moment
from shared.core.errors import ServiceUnavailable
from shared.core.tracing import span

KEPT_APART = ("DATABASE_URL", "AUTH_SECRET")
# How long a value serves before it is looked up again; a refusal by the other side looks it up sooner.
MAX_AGE_S = 300
# After a look-up that failed none is made for a moment: requests come faster than AWS answers, and each costs.
_FAILURE_PAUSE_S = 2.0
_failures: dict[str, tuple[Moment, str]] = {}
_clocks = Clocks()


def with_secrets(
    environ: Mapping[str, str], *, fresh: bool = False, names: Sequence[str] = KEPT_APART
) -> Mapping[str, str]:
    """The same settings, with those of `names` that are kept elsewhere filled in.

    `fresh` asks anew, whatever is remembered.

    Raises:
        ServiceUnavailable: one cannot be read; the log has the reason.
    """
    kept = {name: where for name in names if (where := environ.get(f"{name}_ARN"))}
    return {**environ, **{name: _read(name, where, fresh=fresh) for name, where in kept.items()}}


def _read(setting: str, where: str, *, fresh: bool) -> str:
    if failure := _failures.get(setting):
        since, reason = failure
        if _clocks.since(since) < _FAILURE_PAUSE_S:
            raise ServiceUnavailable(reason=reason)
    try:
        with span("secret", setting=setting):
            return _fetch(where, fresh=fresh)
    except Exception as error:
        reason = f"{setting}_ARN cannot be read: {error}"
        _failures[setting] = (_clocks.now(), reason)
        raise ServiceUnavailable(reason=reason) from error


def _fetch(where: str, *, fresh: bool) -> str:
    from aws_lambda_powertools.utilities import parameters  # noqa: PLC0415  # brings boto3

    if ":ssm:" in where or where.startswith("/"):
        name = where.partition(":parameter")[2] or where
        return parameters.get_parameter(name, decrypt=True, max_age=MAX_AGE_S, force_fetch=fresh)
    secret: str | bytes = parameters.get_secret(where, max_age=MAX_AGE_S, force_fetch=fresh)
    return secret if isinstance(secret, str) else secret.decode()
