"""Where a new connection string goes: to standard output, alone, or into AWS Secrets Manager."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

Deliver: TypeAlias = Callable[[str], None]


class DeliveryError(Exception):
    """It did not arrive; the text does not show it."""


def delivery(environ: Mapping[str, str]) -> Deliver:
    """Into the secret that SECRET_ARN names, if it names one.

    Raises:
        DeliveryError: it names something else.
    """
    secret = environ.get("SECRET_ARN", "").strip()
    if not secret:
        return _print
    if ":ssm:" in secret or secret.startswith("/"):
        raise DeliveryError("SECRET_ARN must be the ARN or the name of a secret in AWS Secrets Manager")
    return lambda url: _keep(secret, url)


def _print(url: str) -> None:
    print(url, flush=True)


def _keep(secret: str, url: str) -> None:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    parts = secret.split(":")
    region = parts[3] if parts[0] == "arn" and len(parts) > 3 else None
    try:
        boto3.client("secretsmanager", region_name=region).put_secret_value(SecretId=secret, SecretString=url)
    except ClientError as error:
        raise DeliveryError(f"the secret was not written: {error.response['Error']['Message']}") from None
    except BotoCoreError as error:
        raise DeliveryError(f"the secret was not written: {error}") from None
