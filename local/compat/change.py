"""A change of the contract that can break a client."""

from collections.abc import Iterable
from typing import NamedTuple


class Change(NamedTuple):
    """`where` is a place, such as `POST /api/tasks body.title`.

    `of_another`: a constant is another one, so that what was compared may not be meant to be the same.
    """

    where: str
    what: str
    of_another: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def summed_up(changes: Iterable[Change]) -> list[str]:
    """A line for each change, with the first route that has it: a schema is of many."""
    routes: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        method, path, *place = change.where.split(" ")
        routes.setdefault((" ".join(place), change.what), []).append(f"{method} {path}")
    return [
        " ".join(filter(None, [found[0], place])) + f": {what}" + (f" (so in {len(found) - 1} more)" * (len(found) > 1))
        for (place, what), found in routes.items()
    ]
