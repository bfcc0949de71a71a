"""The SAM CLI, asked what a deployment needs of it; it is told no secret on a command line or in the environment."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.deploy.parameters import FROM_ENVIRONMENT, Deployment

SAM = Path(".venv-sam/bin/sam")
# It runs the build, which runs what it installs: neither is to know the database's owner, or the key of Neon's project.
# The parameters it gets in a file. Who looks for them in the processes around it, as the same user, finds them there.
_WITHHELD = {*FROM_ENVIRONMENT, "DATABASE_URL", "PARAMETERS", "TOKEN", "NEON_API_KEY", "GH_TOKEN"}
# The role at AWS, and what another could be asked for with: a build needs neither.
_WITHHELD_FROM_BUILD = ("AWS_", "ACTIONS_")


class SamError(Exception):
    """It failed; the text says in what, and what to do."""


class Sam:
    """Of one deployment."""

    def __init__(self, root: Path, deployment: Deployment, environ: Mapping[str, str]) -> None:
        self._root, self._deployment = root, deployment
        self._environment = {name: value for name, value in environ.items() if name not in _WITHHELD}
        self._environment["SAM_CLI_TELEMETRY"] = "0"

    def build(self) -> None:
        allowed = {
            name: value for name, value in self._environment.items() if not name.startswith(_WITHHELD_FROM_BUILD)
        }
        architecture = f"Architecture={self._deployment.arch}"
        self._run("build", *self._section, "--parameter-overrides", architecture, environment=allowed)

    def deploy(self, *arguments: str, confirmed: bool, parameters: Mapping[str, str] | None = None) -> None:
        """In the terminal: it may ask before it changes production, unless that is confirmed."""
        unasked = ["--no-confirm-changeset"] if confirmed else []
        with _parameter_file(parameters or self._deployment.parameters) as path:
            self._run(
                "deploy", *self._section, *self._named, *unasked, *arguments, "--parameter-overrides", f"file://{path}"
            )

    def deploy_again(self, template: Path) -> None:
        """What was deployed with this template, whose packages are still in S3; at once for all traffic."""
        at_once = {**self._deployment.parameters, "GradualDeployment": "false"}
        self.deploy("--template-file", str(template), confirmed=True, parameters=at_once)

    def delete(self) -> None:
        """The stack and its packages; one that is not there is no failure to sam."""
        self._run("delete", *self._section, *self._named, "--no-prompts")

    def api_url(self) -> str:
        command = [str(self._root / SAM), "list", "stack-outputs", *self._named, "--output", "json"]
        listed = subprocess.run(
            command, cwd=self._root, env=self._environment, stdout=subprocess.PIPE, text=True, check=False
        )
        try:
            outputs = {output["OutputKey"]: output["OutputValue"] for output in json.loads(listed.stdout)}
            return str(outputs["ApiUrl"])
        except (KeyError, TypeError, ValueError) as error:
            raise SamError(
                f"it is deployed, but the address of {self._deployment.stack} cannot be read: make smoke URL=..."
            ) from error

    @property
    def _section(self) -> list[str]:
        return ["--config-env", self._deployment.config]

    @property
    def _named(self) -> list[str]:
        """The stack may be one of many with the same section."""
        region = ["--region", self._deployment.region] if self._deployment.region else []
        return ["--stack-name", self._deployment.stack, *region]

    def _run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        command = [str(self._root / SAM), *arguments]
        if subprocess.run(command, cwd=self._root, env=environment or self._environment, check=False).returncode != 0:
            raise SamError(f"sam {arguments[0]} failed, as it says above; nothing after it was done")


@contextmanager
def _parameter_file(parameters: Mapping[str, str]) -> Iterator[Path]:
    """For sam, and not on its command line, which every user of the machine can read; JSON, which is YAML too."""
    with tempfile.TemporaryDirectory(prefix="tasks-deploy-") as directory:
        path = Path(directory) / "parameters.yaml"
        path.write_text(json.dumps(parameters))
        yield path
