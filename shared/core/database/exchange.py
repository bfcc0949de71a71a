"""One exchange with the server: the statements of a batch are sent at once, and their rows are read together.

psycopg's own pipeline sends each statement by itself, and takes half as long again (decision 0031). What is sent and
read here goes through its adapters, its libpq and the connection's wait, like all else.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, LiteralString, NamedTuple, TypeAlias

from psycopg.abc import PQGen, Transformer
from psycopg.adapt import PyFormat
from psycopg.errors import OperationalError, ProgrammingError, error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from shared.core.database.connection import BoundedConnection

Rows: TypeAlias = list[dict[str, Any]]

_PARAMETER = re.compile(r"%(?:\((\w+)\)s|(%)|)")
# A function has few statements, but a list one for each choice of order and filters.
_MOST_REMEMBERED = 500


class Query(NamedTuple):
    """SQL with named parameters, each of which has a type there, and their values."""

    sql: LiteralString
    parameters: Mapping[str, Any]


def exchange(connection: BoundedConnection, queries: Sequence[Query]) -> list[Rows]:
    """The rows of each, in their order. They are one transaction.

    Raises:
        psycopg.Error: that of the first which failed, or the connection's. As long as that lives, it is idle again.
    """
    transformer = connection.transformer
    results = connection.wait(_answers(connection.pgconn, [_dumped(query, transformer) for query in queries]))
    for result in results:
        if _has_failed(result):
            raise error_from_result(result)
    return [_rows(result, transformer) for result in results]


class _Dumped(NamedTuple):
    sql: bytes
    values: Sequence[Any]
    types: Sequence[int]
    formats: Sequence[int]


def _dumped(query: Query, transformer: Transformer) -> _Dumped:
    sql, names = _numbered(query.sql)
    try:
        values = [query.parameters[name] for name in names]
    except KeyError as missing:
        raise ProgrammingError(f"no value for {missing.args[0]}") from None
    dumped = transformer.dump_sequence(values, [PyFormat.AUTO] * len(names))
    return _Dumped(sql, dumped, transformer.types or (), transformer.formats or ())


@lru_cache(_MOST_REMEMBERED)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """As PostgreSQL has it, with $1 for each %(name)s, and the names in the order of their numbers."""
    numbers: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        if found[1] is None and found[2] is None:
            raise ProgrammingError(
                f"a percent sign that is neither doubled nor a %(name)s: {sql[found.start() :][:20]}"
            )
        return found[2] or numbers.setdefault(found[1], f"${len(numbers) + 1}")

    return _PARAMETER.sub(numbered, sql).encode(), tuple(numbers)


def _answers(pgconn: PGconn, queries: Sequence[_Dumped]) -> PQGen[list[PGresult]]:
    pgconn.enter_pipeline_mode()
    for query in queries:
        pgconn.send_query_params(query.sql, query.values, query.types, query.formats)
    pgconn.pipeline_sync()
    yield from send(pgconn)
    results: list[PGresult] = []
    try:
        for _ in queries:
            results += yield from fetch_many(pgconn)
        end = yield from fetch_many(pgconn)  # of the batch, and of its transaction
        if any(map(_has_failed, end)):
            results += end  # what is only checked then, such as a constraint that is deferred
            yield from fetch_many(pgconn)
    except OperationalError:
        if not any(map(_has_failed, results)):
            raise  # otherwise the server's last word says more
    else:
        pgconn.exit_pipeline_mode()
    return results


def _has_failed(result: PGresult) -> bool:
    return result.status == ExecStatus.FATAL_ERROR


def _rows(result: PGresult, transformer: Transformer) -> Rows:
    transformer.set_pgresult(result)
    names = [(result.fname(column) or b"").decode() for column in range(result.nfields)]
    return transformer.load_rows(0, result.ntuples, lambda values: dict(zip(names, values, strict=True)))
