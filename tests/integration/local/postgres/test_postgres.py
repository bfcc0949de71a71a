import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from local.postgres.cluster import PostgresError, copy_cluster
from local.postgres.server import EmbeddedPostgres, temporary_postgres
from tests.processes import is_gone


@pytest.fixture
def home(cluster: Path, tmp_path: Path) -> Path:
    """Where a server has run before, for what is not about the first start."""
    copy_cluster(cluster, tmp_path)
    return tmp_path


def postmaster(home: Path) -> int:
    return int((home / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def test_owner_role_is_of_neons_shape(postgres: EmbeddedPostgres) -> None:
    postgres.create_role("shape")
    postgres.create_role("shape")
    with psycopg.connect(postgres.url()) as connection:
        row = connection.execute(
            "select rolcanlogin, rolcreaterole, rolsuper, rolbypassrls from pg_roles where rolname = 'shape'"
        ).fetchone()
    assert row == (True, True, False, False)


def test_databases_are_made_once_copied_and_dropped(postgres: EmbeddedPostgres) -> None:
    postgres.create_role("maker")
    postgres.create_database("made", "maker")
    with psycopg.connect(postgres.url("made", "maker"), autocommit=True) as connection:
        connection.execute("create table kept (n int)")
    postgres.create_database("made", "maker")
    postgres.create_database("copied", "maker", template="made")
    with psycopg.connect(postgres.url("copied", "maker"), autocommit=True) as connection:
        connection.execute("select n from kept")
        postgres.drop_database("copied")
        postgres.drop_database("copied")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")


def test_server_is_on_no_network_and_its_files_are_closed_to_others(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with EmbeddedPostgres(home, durable=False) as server, psycopg.connect(server.url()) as connection:
        row = connection.execute("select current_setting('listen_addresses'), current_setting('timezone')").fetchone()
        assert row == ("", "UTC")
        for path in (home, home / "cluster", home / "socket"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_directories_above_are_left_as_they_are(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = [path.stat().st_mode for path in (closed, *closed.parents)]
    with EmbeddedPostgres(closed / "home", durable=False):
        pass
    assert [path.stat().st_mode for path in (closed, *closed.parents)] == before


@pytest.mark.parametrize("name", ["with space", "a,b", "quote\"'", "%41", "n" * 120])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    with EmbeddedPostgres(tmp_path / name / "home", durable=False) as server, psycopg.connect(server.url()):
        pass


def test_data_outlives_the_server_and_no_process_does(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        server.create_role("keeper")
        pid = postmaster(home)
    assert is_gone(pid)
    with EmbeddedPostgres(home) as server, psycopg.connect(server.url("postgres", "keeper")):
        pass


@pytest.mark.parametrize(("durable", "manner"), [(True, "fast"), (False, "immediate")])
def test_all_is_written_at_the_end_only_where_it_is_kept(home: Path, durable: bool, manner: str) -> None:
    with EmbeddedPostgres(home, durable=durable):
        pass
    assert f"received {manner} shutdown request" in (home / "log").read_text()


def test_temporary_server_leaves_nothing_behind() -> None:
    with temporary_postgres() as server:
        home = server.home
        assert home.exists()
    assert not home.exists()


def test_second_start_is_refused_or_shares(home: Path) -> None:
    with EmbeddedPostgres(home, durable=False) as server:
        with pytest.raises(PostgresError, match="in use by another command"):
            EmbeddedPostgres(home).start()
        with EmbeddedPostgres(home, shared=True) as sharer:
            assert sharer.url() == server.url()
        with psycopg.connect(server.url()):
            pass


HOLDER = """
import sys, time
from pathlib import Path
from local.postgres.server import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1]), durable=False):
    print("ready", flush=True)
    time.sleep(60)
"""


def test_server_ends_with_its_killed_holder_and_starts_again(home: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(home)]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        pid = postmaster(home)
        holder.kill()
    with EmbeddedPostgres(home, durable=False) as server, psycopg.connect(server.url()):
        assert is_gone(pid)


def test_server_that_was_killed_with_its_guard_is_stopped_first(home: Path) -> None:
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    pid = postmaster(home)
    assert server._guard is not None
    server._guard.kill()
    server.stop()
    with EmbeddedPostgres(home, durable=False) as again, psycopg.connect(again.url()):
        assert is_gone(pid)


@pytest.mark.parametrize("pid", [os.getpid(), 2**22 - 3], ids=["of another process", "of none"])
def test_stale_pid_file_does_not_block_a_start(home: Path, pid: int) -> None:
    # Given the pid file of a server that was killed, whose id is now that of another process, or of none
    with EmbeddedPostgres(home, durable=False):
        lines = (home / "cluster" / "postmaster.pid").read_text().splitlines()
    (home / "cluster" / "postmaster.pid").write_text("\n".join([str(pid), *lines[1:]]) + "\n")
    # When the server starts, then it serves
    with EmbeddedPostgres(home, durable=False) as server, psycopg.connect(server.url()):
        assert postmaster(home) != pid


def test_crashed_server_recovers(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        server.create_role("survivor")
        os.kill(postmaster(home), signal.SIGKILL)
    with EmbeddedPostgres(home) as server, psycopg.connect(server.url("postgres", "survivor")):
        pass


def test_interrupted_first_start_is_not_taken_for_a_cluster(tmp_path: Path) -> None:
    (tmp_path / "cluster.new").mkdir()
    (tmp_path / "cluster.new" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(tmp_path, durable=False) as server, psycopg.connect(server.url()):
        pass


def test_data_of_another_major_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("17\n")
    with pytest.raises(PostgresError, match="was made by PostgreSQL 17, not 18: remove it"):
        EmbeddedPostgres(tmp_path).start()


def test_failing_start_says_what_the_server_said(home: Path) -> None:
    with EmbeddedPostgres(home, durable=False):
        pass
    (home / "cluster" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(PostgresError, match=r"PostgreSQL did not start: .*postgresql\.conf.* contains errors"):
        EmbeddedPostgres(home, durable=False).start()
