"""The requests of the comparison of rows, in one round among few."""

from benchmarks.comparisons.rows import measure_sizes
from benchmarks.report.result import Lines


def test_each_request_is_measured_at_each_size() -> None:
    result = measure_sizes(1, (1000, 2000))

    lines = [part for part in result.parts if isinstance(part, Lines)]
    assert [line.title for line in lines] == ["One user", "Users at random"]
    for line in lines:
        assert line.series.keys() == {"list", "get", "create", "changes", "search"}
        assert all([point.x for point in points] == [1000, 2000] for points in line.series.values())
