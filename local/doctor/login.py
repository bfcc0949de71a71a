"""Whether the functions would log in as a role that can do nothing but serve."""

from collections.abc import Iterator
from typing import Any

import psycopg

from local.doctor.finding import Finding, bad, good, note
from local.doctor.meaning import explain
from local.login.power import faults_of
from local.login.role import FUNCTIONS, PURGE
from local.postgres.connect import connect
from shared.core.database.conninfo import connection_parameters, database_url_faults


def login_of_functions(connection: psycopg.Connection[Any], *, stands_in: bool) -> Finding:
    """`stands_in`: it is the owner's URL, of a database on this machine, where a login is made when it is served."""
    faults = faults_of(connection, FUNCTIONS)
    if not faults:
        return good(f"the functions log in as a role that may become {FUNCTIONS.becomes}, and nothing else")
    if stands_in:
        return note(f"{faults}: make dev lets the functions log in as a role of their own")
    return bad(
        f"{faults}, and so would the functions: `make -s login` prints what they are to connect with instead, "
        "which is FUNCTIONS_DATABASE_URL"
    )


def login_of_purge(url: str, sslmode: str | None) -> Iterator[Finding]:
    if faults := database_url_faults(url):
        yield from (bad(f"PURGE_{fault}") for fault in faults)
        return
    try:
        with connect(connection_parameters(url, sslmode=sslmode)) as connection:
            found = faults_of(connection, PURGE)
    except psycopg.Error as error:
        yield bad(f"the purge cannot connect: {explain(error)}")
        return
    yield (
        bad(f"{found}, and so would the purge: `make -s login ROLE=purge` prints its PURGE_DATABASE_URL")
        if found
        else good(f"the purge logs in as a role that may become {PURGE.becomes}, and nothing else")
    )
