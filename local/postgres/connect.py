"""A connection of these commands to a database, wherever it is."""

from collections.abc import Mapping
from typing import Any

import psycopg


def connect(parameters: Mapping[str, str], *, autocommit: bool = True) -> "psycopg.Connection[Any]":
    """By the parameters of `connection_parameters`. Nothing is prepared, for a pooler may lie in between.

    Raises:
        psycopg.Error: it cannot be had.
    """
    return psycopg.connect("", autocommit=autocommit, prepare_threshold=None, **parameters)  # type: ignore[arg-type]
