"""Entity tags (RFC 9110, 8.8.3): a row's version, quoted, and what a request says about tags it knows."""

import re
from dataclasses import dataclass

from shared.core.errors import BadRequest

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
# Elements of a list may be empty (RFC 9110, 5.6.1.2): whoever joins headers makes them so.
_LIST = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_VERSION = re.compile(r'(?P<weak>W/)?"(?P<version>[1-9][0-9]{0,17})"')
_LONGEST = 2000


def entity_tag(version: int) -> str:
    return f'"{version}"'


@dataclass(frozen=True, slots=True)
class Tags:
    """The versions that a condition names; `any` for `*`, which whatever exists fulfils."""

    versions: frozenset[int] = frozenset()
    any: bool = False

    def __contains__(self, version: int) -> bool:
        return self.any or version in self.versions


def read_tags(header: str | None, *, weak: bool) -> Tags | None:
    """The tags of an If-Match or If-None-Match header; None where there is none.

    `weak` says whether weak tags count: they do for If-None-Match, never for If-Match. A well-formed tag that is not
    one of ours names no version.

    Raises:
        BadRequest: it is not a list of tags.
    """
    if header is None:
        return None
    if header.strip(" \t") == "*":
        return Tags(any=True)
    if len(header) > _LONGEST or not _LIST.fullmatch(header):
        raise BadRequest("If-Match and If-None-Match take entity tags, such as an ETag that was answered.")
    found = _VERSION.finditer(header)
    return Tags(frozenset(int(match["version"]) for match in found if weak or not match["weak"]))
