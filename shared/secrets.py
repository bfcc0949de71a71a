"""Settings that are kept in AWS Secrets Manager or SSM Parameter Store, and read at run time.

`DATABASE_URL_ARN` or `AUTH_SECRET_ARN` names where the setting without `_ARN` is kept: an ARN, the path of a parameter
(`/tasks/database-url`) or the name of a secret. boto3 takes 0.2 s to import, and is imported only where one is set.
"""

from collections.abc import Mapping

from shared.errors import ServiceUnavailable

KEPT_APART = ("DATABASE_URL", "AUTH_SECRET")
# How long a value serves before it is looked up again; a refusal by the other side looks it up at once.
MAX_AGE_S = 300


def with_secrets(environ: Mapping[str, str], *, fresh: bool = False) -> Mapping[str, str]:
    """The same settings, with those that are kept elsewhere filled in. `fresh` asks anew, whatever is remembered.

    Raises:
        ServiceUnavailable: one cannot be read; the log has the reason.
    """
    kept = {name: where for name in KEPT_APART if (where := environ.get(f"{name}_ARN"))}
    return {**environ, **{name: _read(name, where, fresh=fresh) for name, where in kept.items()}}


def _read(setting: str, where: str, *, fresh: bool) -> str:
    from aws_lambda_powertools.utilities import parameters  # noqa: PLC0415  # brings boto3

    try:
        if ":ssm:" in where or where.startswith("/"):
            name = where.partition(":parameter")[2] or where
            return parameters.get_parameter(name, decrypt=True, max_age=MAX_AGE_S, force_fetch=fresh)
        return str(parameters.get_secret(where, max_age=MAX_AGE_S, force_fetch=fresh))
    except parameters.GetParameterError as error:
        raise ServiceUnavailable(reason=f"{setting}_ARN cannot be read: {error}") from error
