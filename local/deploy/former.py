"""What a stack was deployed with last, kept before the next deployment: a roll-back builds nothing, needs no git."""

import json
from pathlib import Path

from local.deploy.parameters import Deployment

FORMER = ".aws-sam/former.yaml"


class FormerError(Exception):
    """It is not known what is deployed, so there would be no way back."""


def keep_former(deployment: Deployment, path: Path) -> Path | None:
    """Its template, which names the packages in S3; None before the first deployment.

    Raises:
        FormerError: AWS does not say.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client = boto3.client("cloudformation", region_name=deployment.region or None)
        body = client.get_template(StackName=deployment.stack, TemplateStage="Original")["TemplateBody"]
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise FormerError(f"what is deployed cannot be read: {error.response['Error']['Message']}") from None
    except BotoCoreError as error:
        raise FormerError(f"what is deployed cannot be read: {error}") from None
    path.parent.mkdir(exist_ok=True)
    # botocore reads a template in JSON for us.
    path.write_text(body if isinstance(body, str) else json.dumps(body))
    return path
