"""docs/openapi.yaml: the document as a file that people read."""

import re
import sys
from typing import Any

import yaml

from local import ROOT
from local.openapi import OpenApiError
from local.openapi.document import build
from local.template import read_template

PATH = ROOT / "docs" / "openapi.yaml"
_HEAD = "# Made by `make openapi` from the functions' apps and local/openapi/. Change those, not this.\n"
_WIDTH = 120
# A number to readers of YAML 1.2, where PyYAML, which writes 1.1, sees a text that needs no quotes.
_NUMBER_TO_OTHERS = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+")


class _Dumper(yaml.SafeDumper):
    """Block style without anchors; texts of several lines as they are."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # PyYAML's signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        # PyYAML would put a list's dashes under its key.
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else "'" if _NUMBER_TO_OTHERS.fullmatch(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def document() -> dict[str, Any]:
    """What is served, described.

    Raises:
        OpenApiError: something of it is not described, or a function is not deployed.
    """
    template = read_template(ROOT / "template.yaml")
    deployed = {handler.split(".")[-2] for handler in template.handlers}
    written = {path.stem for path in (ROOT / "functions").glob("[!_]*.py")}
    if forgotten := sorted(written - deployed):
        raise OpenApiError(f"template.yaml has no function for functions/{forgotten[0]}.py: add it, with its routes")
    return build(template)


def rendered() -> str:
    """The file's content as it has to be now."""
    text = yaml.dump(document(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return _HEAD + text


def run(*, check: bool = False) -> int:
    """Write the file, or only `check` it; the exit status."""
    text = rendered()
    if PATH.is_file() and PATH.read_text(encoding="utf-8") == text:
        return 0
    if not check:
        PATH.write_text(text, encoding="utf-8")
        print(f"docs/{PATH.name} is new; the types of the TypeScript client follow from it: make types")
        return 0
    print(f"error: docs/{PATH.name} is out of date: make openapi", file=sys.stderr)
    return 1
