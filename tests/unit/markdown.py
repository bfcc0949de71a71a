"""Sections and tables of the project's documents."""

import re
from collections.abc import Iterator


def section_of(heading: str, document: str) -> str:
    """What stands under a heading, up to the next one that is as high or higher."""
    level = len(heading) - len(heading.lstrip("#"))
    _, found, after = document.partition(f"\n{heading}\n")
    assert found, f"there is no {heading}"
    return re.split(rf"^#{{1,{level}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def cells_of(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def rows_of(table: str, document: str) -> Iterator[str]:
    """The lines of a Markdown table that has this header's beginning."""
    lines = iter(document.splitlines())
    for line in lines:
        if line.startswith(f"| {table} |"):
            for row in lines:
                if not row.startswith("|"):
                    break
                yield row


def blocks_of(language: str, document: str) -> list[str]:
    """The fenced blocks in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)
