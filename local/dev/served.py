"""The template as this machine serves it: origins that a front end has here, and its settings under the developer's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from local.template import Template, read_template

# Vite's own server. Deployed, a page of anybody's machine is no part of the product.
LOCAL_ORIGINS = ("http://localhost:5173", "http://127.0.0.1:5173")


@dataclass(frozen=True, slots=True)
class ServedTemplate:
    """`origins`, comma separated, are instead of those that the template has; `settings` win over its environment."""

    path: Path
    origins: str | None
    settings: Mapping[str, str]

    def read(self) -> Template:
        """
        Raises:
            TemplateError: it cannot be served.
        """
        if self.origins is not None:
            return read_template(self.path, {"AllowedOrigins": self.origins})
        template = read_template(self.path)
        if not template.cors.origins:
            return template
        origins = tuple(dict.fromkeys((*template.cors.origins, *LOCAL_ORIGINS)))
        return replace(template, cors=replace(template.cors, origins=origins))

    def environment(self, template: Template) -> dict[str, str]:
        """Of the functions."""
        return {**template.environment, **self.settings}
