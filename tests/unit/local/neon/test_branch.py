"""Neon's API, as far as previews ask it: what is waited for, what is repeated, and what is said when it fails."""

from collections.abc import Iterator

import pytest

from local.neon import api as neon_api
from local.neon.api import NeonApi, NeonError
from local.neon.branch import Branch, branches, delete_branch, find_branch, make_branch, owner_url
from tests.fake_neon import KEY, FakeNeon, fake_neon


@pytest.fixture
def neon() -> Iterator[FakeNeon]:
    with fake_neon() as neon:
        yield neon


@pytest.fixture
def api(neon: FakeNeon) -> Iterator[NeonApi]:
    with NeonApi(neon.environment, pause_s=0.001) as api:
        yield api


def test_a_branch_is_made_found_connected_to_and_deleted(neon: FakeNeon, api: NeonApi) -> None:
    assert find_branch(api, "preview-pr-1") is None

    branch = make_branch(api, "preview-pr-1")

    assert find_branch(api, "preview-pr-1") == branch
    assert owner_url(api, branch) == neon.urls[branch.id]
    delete_branch(api, branch)
    assert find_branch(api, "preview-pr-1") is None


def test_another_branch_whose_name_begins_so_is_not_taken_for_it(api: NeonApi) -> None:
    make_branch(api, "preview-pr-12")
    assert find_branch(api, "preview-pr-1") is None


def test_all_pages_are_read_and_the_default_branch_is_none_of_them(neon: FakeNeon, api: NeonApi) -> None:
    neon.branches = {"br-main": "preview-pr-0", **{f"br-{n}": f"preview-pr-{n}" for n in range(1, 6)}}
    neon.branches["br-x"] = "of-preview-pr-9"
    neon.page = 2

    assert [branch.name for branch in branches(api, "preview-pr-")] == [f"preview-pr-{n}" for n in range(1, 6)]


def test_a_branch_that_is_gone_is_as_good_as_deleted(api: NeonApi) -> None:
    delete_branch(api, Branch("br-gone", "gone"))


def test_what_was_set_going_is_waited_for(neon: FakeNeon, api: NeonApi) -> None:
    neon.statuses = ("scheduling", "running", "running", "finished")
    make_branch(api, "preview-pr-1")
    assert [asked for asked in neon.asked if "operations" in asked] == [f"GET /operations/{n}" for n in range(3)]


@pytest.mark.parametrize("status", ["failed", "error", "cancelled"])
def test_what_was_set_going_and_fails_is_said(status: str, neon: FakeNeon, api: NeonApi) -> None:
    neon.statuses = ("running", status)
    with pytest.raises(NeonError, match=f"Neon could not start_compute: {status}"):
        make_branch(api, "preview-pr-1")


def test_a_project_that_is_at_something_else_is_asked_again(neon: FakeNeon, api: NeonApi) -> None:
    neon.later = 3
    make_branch(api, "preview-pr-1")
    assert neon.asked == ["POST /branches"] * 4


@pytest.mark.parametrize("endless", ["operation", "project"])
def test_no_wait_is_without_end(endless: str, neon: FakeNeon, api: NeonApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neon_api, "_WAIT_S", 0.02)
    neon.statuses = ("running",) * 1000 if endless == "operation" else neon.statuses
    neon.later = 1000 if endless == "project" else 0
    with pytest.raises(NeonError, match="took more than"):
        make_branch(api, "preview-pr-1")


def test_a_refusal_is_said_without_the_key(neon: FakeNeon, api: NeonApi) -> None:
    neon.refused = "POST"
    with pytest.raises(NeonError, match="Neon answered 403: not allowed here") as raised:
        make_branch(api, "preview-pr-1")
    assert KEY not in str(raised.value)


def test_which_database_is_meant_is_not_guessed(neon: FakeNeon, api: NeonApi) -> None:
    neon.databases = 2
    branch = make_branch(api, "preview-pr-1")
    with pytest.raises(NeonError, match="must have one database, and has 2"):
        owner_url(api, branch)


def test_nobody_who_answers_is_said_without_the_key(neon: FakeNeon) -> None:
    with (
        NeonApi({**neon.environment, "NEON_API_URL": "http://127.0.0.1:9"}) as api,
        pytest.raises(NeonError, match="Neon did not answer: ConnectError") as raised,
    ):
        make_branch(api, "preview-pr-1")
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"NEON_API_KEY": ""}, "NEON_API_KEY must be set"),
        ({"NEON_PROJECT_ID": ""}, "NEON_PROJECT_ID must be set"),
        ({"NEON_API_URL": "http://neon.example/api/v2"}, "must be https"),
    ],
)
def test_what_it_needs_is_asked_for_and_the_key_never_travels_in_the_clear(
    given: dict[str, str], word: str, neon: FakeNeon
) -> None:
    with pytest.raises(NeonError, match=word):
        NeonApi({**neon.environment, **given})
