"""Key sets that do not change, and the life of the one that does: clocks and fetches are counted, never waited for."""

import threading
from collections.abc import Callable

import pytest

from shared.core.auth.jwks import (
    COOL_DOWN,
    FixedKeySet,
    RemoteKeySet,
    SharedSecret,
    key_set_faults,
)
from shared.core.auth.jwks_fetch import FetchError
from shared.core.clocks import Clocks
from shared.core.errors import ServiceUnavailable
from tests.unit.core.auth.tokens import ASYMMETRIC, jwk, key_set, verification_key

# Sets that do not change


@pytest.mark.parametrize("kid", [None, "", "any"])
def test_a_shared_secret_is_the_key_for_hs256_whatever_the_kid(kid: str | None) -> None:
    keys = SharedSecret("s\u00e9cret")
    assert keys.find(kid, "HS256") == b"s\xc3\xa9cret"
    assert [keys.find(kid, alg) for alg in ("HS384", "none", *ASYMMETRIC)] == [None] * 9


def test_a_fixed_set_finds_by_kid_and_alg_together() -> None:
    keys = FixedKeySet([verification_key("ES256", kid="a"), verification_key("RS256", kid="b", alg=None)])
    assert keys.find("a", "ES256") is not None
    assert keys.find("b", "RS256") is keys.find("b", "PS256")
    assert [keys.find(kid, alg) for kid, alg in (("a", "RS256"), ("b", "ES256"), ("c", "ES256"), (None, "EdDSA"))] == [
        None
    ] * 4


def test_an_empty_set_finds_nothing() -> None:
    assert FixedKeySet().find("k1", "ES256") is None
    assert FixedKeySet().find(None, "ES256") is None


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (key_set(jwk()), []),
        (key_set({**jwk(), "use": "enc"}, jwk()), []),
        (key_set(), ["AUTH_JWKS holds no usable key: its list of keys is empty"]),
        ("{}", ["AUTH_JWKS is not a JWK set: it has no list named keys"]),
        ("[]", ["AUTH_JWKS is not a JWK set: not an object"]),
        ("", ["AUTH_JWKS is not a JWK set: Expecting value: line 1 column 1 (char 0)"]),
        (
            key_set(jwk("RS256", use="enc"), jwk(key_ops=["sign"])),
            [
                "AUTH_JWKS holds no usable key: key 1: its use is not sig",
                "AUTH_JWKS holds no usable key: key 2: its key_ops are without verify",
            ],
        ),
        (key_set(jwk("ES256"), jwk("ES256", 1)), ["AUTH_JWKS holds no usable key: 2 keys have the same kid"]),
    ],
)
def test_the_faults_of_an_inline_set_are_one_clear_line_each(text: str, faults: list[str]) -> None:
    assert key_set_faults(text, ASYMMETRIC) == faults


def test_an_inline_set_for_other_algorithms_is_a_fault() -> None:
    assert key_set_faults(key_set(jwk("ES256")), ("EdDSA",)) == [
        "AUTH_JWKS holds no usable key: key 1: its kty, crv or alg fits none of the accepted algorithms"
    ]


def test_an_inline_set_that_is_not_utf_8_is_a_fault() -> None:
    (fault,) = key_set_faults('{"keys":[]}\udcff', ASYMMETRIC)
    assert fault.startswith("AUTH_JWKS is not a JWK set: ")


# The remote set


class World:
    """The issuer and the clocks around one key set. `knows` leaves no fetch under way."""

    def __init__(self, *published: object, inline: FixedKeySet | None = None) -> None:
        self.wall, self.monotonic, self.random = 1_800_000_000.0, 50.0, 0.0
        self.answer: bytes | Exception = key_set(*published).encode()
        self.fetches = 0
        self.before_answer: Callable[[], object] = lambda: None
        self.keys = RemoteKeySet(
            self.fetch,
            ASYMMETRIC,
            inline,
            clocks=Clocks(lambda: self.monotonic, lambda: self.wall),
            rng=lambda: self.random,
        )

    def fetch(self) -> bytes:
        self.fetches += 1
        self.before_answer()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def publish(self, *published: object) -> None:
        self.answer = key_set(*published).encode()

    def go_down(self, fault: str = "network") -> None:
        self.answer = FetchError(fault)

    def let_pass(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds

    def knows(self, kid: str | None, alg: str = "ES256") -> bool:
        known = self.keys.find(kid, alg) is not None
        self.finish_refresh()
        return known

    def retry_after(self, kid: str | None = "k1") -> int:
        with pytest.raises(ServiceUnavailable) as caught:
            self.keys.find(kid, "ES256")
        assert caught.value.retry_after is not None
        return caught.value.retry_after

    @staticmethod
    def finish_refresh() -> None:
        for thread in threading.enumerate():
            if thread.name == "jwks":
                thread.join()


A, B = jwk("ES256", kid="a"), jwk("ES256", 1, kid="b")


def warm(*published: object) -> World:
    world = World(*(published or (A,)))
    assert world.knows("a")
    assert world.fetches == 1
    return world


def test_nothing_is_fetched_before_a_token_needs_it() -> None:
    assert World(A).fetches == 0


def test_the_first_token_costs_one_fetch_and_the_next_thousand_none() -> None:
    world = warm()
    assert all(world.knows("a") for _ in range(1000))
    assert world.fetches == 1


def test_a_set_is_refreshed_after_its_soft_age_and_not_before() -> None:
    world = warm()
    world.let_pass(600)
    assert world.knows("a")
    assert world.fetches == 1
    world.let_pass(1)
    assert world.knows("a")
    assert world.fetches == 2
    assert world.knows("a")
    assert world.fetches == 2


def test_a_known_key_never_waits_for_a_fetch() -> None:
    # given a set past its soft age and an issuer that does not answer
    world, answer, answered = warm(), threading.Event(), []
    world.before_answer = lambda: answered.append(answer.wait(5))
    world.let_pass(601)
    # when the key is asked for many times, then it is there each time, before the one fetch has ended
    try:
        assert all(world.keys.find("a", "ES256") for _ in range(100))
        assert answered == []
    finally:
        answer.set()
    world.finish_refresh()
    assert world.fetches == 2


def test_a_refresh_in_the_background_brings_new_keys_and_takes_old_ones_away() -> None:
    world = warm()
    world.publish(B)
    world.let_pass(601)
    assert world.knows("a")
    assert world.knows("b")
    assert world.fetches == 2
    world.let_pass(6)
    assert not world.knows("a")


def test_rotation_without_publishing_first_costs_one_fetch() -> None:
    world = warm()
    world.let_pass(10)
    world.publish(A, B)
    assert world.knows("b")
    assert world.fetches == 2


def test_fifty_unknown_kids_in_a_second_cost_at_most_two_fetches() -> None:
    world = World(A)
    for number in range(50):
        assert not world.knows(f"junk-{number}")
        world.let_pass(0.02)
    assert world.fetches == 1
    world = warm()
    for number in range(50):
        assert not world.knows(f"junk-{number}")
        world.let_pass(0.02)
    assert world.fetches == 1


def test_the_cool_down_counts_from_the_refresh_in_the_background_too() -> None:
    world = warm()
    world.let_pass(601)
    assert world.knows("a")
    assert world.fetches == 2
    world.let_pass(4.9)
    assert not world.knows("junk")
    assert world.fetches == 2


def test_after_the_cool_down_another_unknown_kid_is_asked_for() -> None:
    world = warm()
    world.let_pass(4.9)
    assert not world.knows("b")
    assert world.fetches == 1
    world.publish(A, B)
    world.let_pass(0.1)
    assert world.knows("b")
    assert world.fetches == 2


@pytest.mark.parametrize("after", [0.0, 2.0, 4.9])
def test_a_kid_that_was_asked_for_in_vain_is_known_when_the_cool_down_is_over(after: float) -> None:
    # given a kid whose own fetch came too early, and that is published within the cool-down of that fetch
    world = warm()
    world.let_pass(10)
    assert not world.knows("b")
    world.let_pass(after)
    world.publish(A, B)
    assert not world.knows("b")
    # when the cool-down is over, then it is found
    world.let_pass(COOL_DOWN - after)
    assert world.knows("b")
    assert world.fetches == 3


@pytest.mark.parametrize("kids", [1, 2, 600], ids=["always the same", "two in turn", "each another"])
def test_junk_costs_one_fetch_in_each_cool_down_whatever_it_names(kids: int) -> None:
    world = warm()
    for number in range(600):
        world.let_pass(0.1)
        assert not world.knows(f"junk-{number % kids}")
    assert world.fetches <= 1 + 60 / COOL_DOWN


def test_a_kid_that_was_asked_for_in_vain_is_known_from_any_fetch_on() -> None:
    world = warm()
    world.let_pass(10)
    assert not world.knows("b")
    world.publish(A, B)
    world.let_pass(10)
    assert not world.knows("another")
    assert world.knows("b")


def test_a_kid_is_bad_for_an_algorithm_not_for_all() -> None:
    world = warm(A, jwk("RS256", kid="r"))
    world.let_pass(10)
    assert not world.knows("a", "RS256")
    assert world.knows("a", "ES256")
    assert world.knows("r", "RS256")


def test_without_a_kid_the_only_fitting_key_of_the_fetched_set_is_found() -> None:
    world = World(A, jwk("RS256", kid="r"))
    assert world.knows(None)
    assert world.fetches == 1


def test_without_a_kid_and_with_two_fitting_keys_the_cool_down_counts_too() -> None:
    world = warm(A, B)
    world.let_pass(10)
    assert not world.knows(None)
    world.let_pass(4.9)
    assert not world.knows(None)
    assert world.fetches == 2


# Down


FAULTS = [
    FetchError("network"),
    FetchError("deadline"),
    FetchError("status_429"),
    FetchError("size"),
    b"",
    b"<!doctype html>",
    b"[]",
    b'{"keys":{}}',
    b'{"keys":[]}',
    key_set(jwk("ES256", use="enc")).encode(),
    key_set(jwk("ES256"), jwk("ES256", 1)).encode(),
    key_set(A).encode()[:-2],
    b'{"keys":' + b"[" * 60_000,
]


@pytest.mark.parametrize("answer", FAULTS, ids=lambda answer: str(answer)[:20])
def test_cold_and_down_is_a_503_that_says_when_to_come_back(answer: bytes | Exception) -> None:
    world = World()
    world.answer = answer
    assert world.retry_after() == 5
    world.let_pass(2.5)
    assert world.retry_after() == 3
    assert world.fetches == 1


@pytest.mark.parametrize("answer", FAULTS, ids=lambda answer: str(answer)[:20])
def test_known_keys_stay_good_for_an_hour_while_the_issuer_is_down(answer: bytes | Exception) -> None:
    world = warm()
    world.answer = answer
    for _ in range(60):
        world.let_pass(60)
        assert world.knows("a")
    world.let_pass(1)
    world.retry_after("a")


def test_the_reason_of_a_503_names_the_fault_and_no_text_of_others() -> None:
    world = World()
    for answer, reason in ((FetchError("status_429"), "jwks status_429"), (b"<html>", "jwks content")):
        world.answer = answer
        with pytest.raises(ServiceUnavailable) as caught:
            world.keys.find("a", "ES256")
        assert caught.value.reason == reason
        world.let_pass(60)


def test_down_and_back_is_noticed_after_the_back_off() -> None:
    world = World()
    world.go_down()
    world.retry_after()
    world.publish(A)
    world.let_pass(4.9)
    world.retry_after()
    world.let_pass(0.1)
    assert world.knows("a")
    assert world.fetches == 2


def test_an_unknown_kid_while_the_issuer_is_down_is_a_503_since_it_may_be_a_new_key() -> None:
    world = warm()
    world.go_down()
    world.let_pass(10)
    world.retry_after("b")
    assert world.knows("a")
    # and it is not held against the kid when the issuer is back
    world.publish(A, B)
    world.let_pass(5)
    assert world.knows("b")


@pytest.mark.parametrize(
    ("random", "pauses"), [(0.0, [5, 10, 15, 15, 15, 15]), (0.5, [7.5, 15, 22.5, 22.5]), (0.999999, [10, 20, 30, 30])]
)
def test_the_back_off_grows_from_5_to_30_seconds_with_jitter(random: float, pauses: list[float]) -> None:
    world = World()
    world.random = random
    world.go_down()
    for attempts, pause in enumerate(pauses, start=1):
        world.retry_after()
        assert world.fetches == attempts
        world.let_pass(pause - 0.01)
        assert world.retry_after() == 1
        assert world.fetches == attempts
        world.let_pass(0.01)


def test_the_back_off_begins_anew_after_a_success() -> None:
    world = World()
    world.go_down()
    for _ in range(5):
        world.retry_after()
        world.let_pass(15)
    world.publish(A)
    assert world.knows("a")
    world.go_down()
    world.let_pass(5)
    assert world.retry_after("b") == 5


def test_a_stale_set_is_refreshed_no_more_often_than_the_back_off_allows() -> None:
    world = warm()
    world.go_down()
    world.let_pass(601)
    for _ in range(600):
        assert world.knows("a")
        world.let_pass(1)
    assert world.fetches <= 1 + 3 + 600 / 15


def test_when_no_thread_is_to_be_had_the_attempt_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    world = World(A)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        assert world.retry_after() == 5
    world.let_pass(5)
    assert world.knows("a")


def test_a_fetch_that_never_ends_is_given_up() -> None:
    # given a look-up of the issuer's name that hangs
    answer, fetches = threading.Event(), []

    def hang() -> bytes:
        fetches.append(1)
        answer.wait()
        raise FetchError("network")

    keys = RemoteKeySet(hang, ASYMMETRIC, clocks=Clocks(lambda: 0.0, lambda: 0.0), rng=lambda: 0.0, patience=0.01)
    # when a token needs it, then the wait ends, and the next token does not make another
    try:
        for _ in range(2):
            with pytest.raises(ServiceUnavailable) as caught:
                keys.find("a", "ES256")
            assert (caught.value.reason, caught.value.retry_after) == ("jwks deadline", 5)
    finally:
        answer.set()
    World.finish_refresh()
    assert fetches == [1]


def test_an_answer_that_was_overtaken_is_not_published() -> None:
    # given a first fetch that hangs past its back-off
    world, hangs, first = World(A), threading.Event(), threading.Event()
    world.keys._patience = 0.0

    def hang() -> None:
        hangs.set()
        first.wait()

    world.before_answer = hang
    world.retry_after("a")
    hangs.wait()
    stuck = next(thread for thread in threading.enumerate() if thread.name == "jwks")
    # when a second one brings the rotated set, and then the first one ends with the old one
    world.before_answer = lambda: None
    world.keys._patience = 3.0
    world.let_pass(5)
    world.publish(B)
    assert world.keys.find("b", "ES256") is not None
    world.publish(A)
    first.set()
    stuck.join()
    # then the rotated set stays
    assert world.keys.find("b", "ES256") is not None
    assert world.fetches == 2


def test_two_threads_with_unknown_kids_share_one_fetch() -> None:
    world, both_there = World(A, B), threading.Barrier(2)
    found = []

    def ask(kid: str) -> None:
        both_there.wait()
        found.append(world.keys.find(kid, "ES256") is not None)

    callers = [threading.Thread(target=ask, args=(kid,)) for kid in ("a", "b")]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert (found, world.fetches) == ([True, True], 1)


# Freeze and restore


def test_a_freeze_that_only_the_wall_clock_saw_makes_a_set_older() -> None:
    world = warm()
    world.wall += 601
    assert world.knows("a")
    assert world.fetches == 2


def test_after_a_long_freeze_old_keys_are_not_trusted() -> None:
    world = warm()
    world.publish(B)
    world.wall += 3601
    assert not world.knows("a")
    assert world.knows("b")
    assert world.fetches == 2


def test_a_wall_clock_that_is_turned_back_does_not_keep_a_set_young() -> None:
    world = warm()
    world.wall -= 86_400
    world.monotonic += 601
    assert world.knows("a")
    assert world.fetches == 2


def test_a_restore_on_another_machine_whose_monotonic_clock_is_younger_changes_nothing() -> None:
    world = warm()
    world.monotonic = 0.5
    assert world.knows("a")
    assert world.fetches == 1
    world.wall += 601
    assert world.knows("a")
    assert world.fetches == 2


def test_a_back_off_is_over_after_a_freeze() -> None:
    world = World()
    world.go_down()
    world.retry_after()
    world.publish(A)
    world.wall += 3600
    assert world.knows("a")


def test_an_answer_is_as_old_as_its_question() -> None:
    # given a fetch during which the environment was frozen for longer than a set serves
    world = World(A)
    world.before_answer = lambda: world.let_pass(3601)
    assert not world.knows("a")
    world.before_answer = lambda: None
    assert world.knows("a")
    assert world.fetches == 2


# Inline keys beside the URL


def with_inline() -> World:
    world = World(A, B, inline=FixedKeySet([verification_key("ES256", kid="a")]))
    assert world.knows("a")
    return world


def test_inline_keys_make_a_cold_start_without_a_fetch() -> None:
    assert with_inline().fetches == 0


def test_a_kid_that_is_not_inline_leads_to_a_fetch() -> None:
    world = with_inline()
    assert world.knows("b")
    assert world.fetches == 1


def test_a_fetched_set_replaces_the_inline_one() -> None:
    world = with_inline()
    world.publish(B)
    assert world.knows("b")
    world.let_pass(6)
    assert not world.knows("a")


def test_inline_keys_are_refreshed_after_their_soft_age_too() -> None:
    world = with_inline()
    world.let_pass(601)
    assert world.knows("a")
    assert world.fetches == 1


def test_inline_keys_serve_however_long_the_issuer_is_down() -> None:
    world = with_inline()
    world.go_down()
    for _ in range(48):
        world.let_pass(3600)
        assert world.knows("a")
    world.retry_after("b")


def test_a_fetched_set_that_is_too_old_gives_way_to_the_inline_one() -> None:
    world = with_inline()
    assert world.knows("b")
    world.go_down()
    world.let_pass(3601)
    assert world.knows("a")
    world.retry_after("b")
