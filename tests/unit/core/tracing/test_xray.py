"""X-Ray's header, which a client may have had a hand in, and traces' parents by the W3C's."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.traceparent import client_trace_id
from shared.core.tracing.xray import read_parent, root_of
from tests.daemon import SAMPLED, SEGMENT, TRACE_ID

CLIENTS = "4bf92f3577b34da6a3ce929d0e0e4736"
ROOT_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
# Nearly right, so that it is read to its end.
NEARLY = st.builds(
    ";".join,
    st.lists(
        st.builds(
            "{}={}".format,
            st.sampled_from(["Root", "Parent", "Sampled", "Lineage", "root", "Self", ""]),
            st.sampled_from([TRACE_ID, SEGMENT, "1", "0", "", "=", TRACE_ID.upper(), f"{SEGMENT}\n"]) | st.text(),
        )
    ),
)


def test_a_sampled_invocation_has_a_parent() -> None:
    assert read_parent(SAMPLED) == (TRACE_ID, SEGMENT)
    assert root_of(SAMPLED) == TRACE_ID


class Header(str):
    """How much of it is read is counted."""

    read = 0

    def __getitem__(self, key: Any) -> str:
        part = super().__getitem__(key)
        self.read += len(part)
        return part

    def split(self, *args: Any) -> list[str]:
        self.read += len(self)
        return super().split(*args)


def test_of_a_long_header_no_more_is_read_than_lambda_writes() -> None:
    header = Header(SAMPLED + ";" * 10_000)
    assert read_parent(header) == (TRACE_ID, SEGMENT)
    assert header.read <= 256
    assert root_of(";" * 256 + SAMPLED) is None


@given(st.text() | NEARLY)
def test_whatever_the_header_is_a_parent_is_two_ids_or_none(header: str) -> None:
    parent, root = read_parent(header), root_of(header)
    assert root is None or ROOT_ID.fullmatch(root)
    if parent is not None:
        assert parent.trace_id == root
        assert len(bytes.fromhex(parent.id)) == 8
        assert "Sampled=1" in header


@pytest.mark.parametrize(
    ("header", "trace_id"),
    [
        (f"00-{CLIENTS}-00f067aa0ba902b7-01", CLIENTS),
        (f"00-{CLIENTS}-00f067aa0ba902b7-00", CLIENTS),
        (f"cc-{CLIENTS}-00f067aa0ba902b7-01-what-the-future-will-bring", CLIENTS),
        (f"cc-{CLIENTS}-00f067aa0ba902b7-01", CLIENTS),
        (f"00-{CLIENTS}-00f067aa0ba902b7-01-more", None),
        (f"cc-{CLIENTS}-00f067aa0ba902b7-01.more", None),
        (f"ff-{CLIENTS}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{CLIENTS}-{'0' * 16}-01", None),
        (f"00-{CLIENTS.upper()}-00f067aa0ba902b7-01", None),
        (f"00-{CLIENTS}-00f067aa0ba902b7-01,00-{CLIENTS}-00f067aa0ba902b7-01", None),
        (f" 00-{CLIENTS}-00f067aa0ba902b7-01", None),
        (f"00-{CLIENTS}-00f067aa0ba902b7-01\n", None),
        ("", None),
    ],
)
def test_a_callers_trace_is_known_by_a_well_formed_header_alone(header: str, trace_id: str | None) -> None:
    assert client_trace_id([[b"host", b"x"], [b"traceparent", header.encode()]]) == trace_id


@given(st.binary() | st.from_regex(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?", fullmatch=True))
def test_whatever_a_caller_sends_a_trace_id_is_32_digits_or_none(header: bytes) -> None:
    found = client_trace_id([[b"traceparent", header]])
    assert found is None or re.fullmatch(r"[0-9a-f]{32}", found)


def test_without_the_header_there_is_no_callers_trace() -> None:
    assert client_trace_id([[b"host", b"x"]]) is None
