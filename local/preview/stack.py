"""All of a stack: what `sam delete` takes, and the logs that it leaves, whose names the next one would need."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from local import ROOT
from local.deploy.parameters import read_deployment
from local.deploy.sam import Sam
from local.template import load_document


class StackError(Exception):
    """Something is left of it."""


def delete_stack(config: str, name: str, environ: Mapping[str, str]) -> None:
    """What is gone already is as good as deleted.

    Raises:
        SamError, StackError: something is left.
    """
    deployment = replace(read_deployment(ROOT / "samconfig.toml", config, environ), stack=name)
    Sam(ROOT, deployment, environ).delete()
    _delete_logs(deployment.region, list(_log_groups(name)))


def _log_groups(stack: str) -> Iterator[str]:
    for resource in load_document(ROOT / "template.yaml")["Resources"].values():
        if resource["Type"] == "AWS::Logs::LogGroup":
            yield resource["Properties"]["LogGroupName"]["Fn::Sub"].replace("${AWS::StackName}", stack)


def _delete_logs(region: str, names: list[str]) -> None:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client = boto3.client("logs", region_name=region or None)
        for name in names:
            try:
                client.delete_log_group(logGroupName=name)
            except client.exceptions.ResourceNotFoundException:
                continue
    except ClientError as error:
        raise StackError(f"the logs are left: {error.response['Error']['Message']}") from None
    except BotoCoreError as error:
        raise StackError(f"the logs are left: {error}") from None
