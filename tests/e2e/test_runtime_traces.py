"""A packaged function under AWS's own runtime, in a deployment that is traced."""

import json
from pathlib import Path

from local import ROOT
from tests.daemon import SAMPLED, SEGMENT, TRACE_ID, listening, names_of, spans_of
from tests.e2e.packages import Artifacts
from tests.e2e.runtime import EMULATED, event, starter

pytestmark = EMULATED
NOT_SAMPLED = SAMPLED.replace("Sampled=1", "Sampled=0")


def test_invocations_that_lambda_traces_send_their_spans(
    native: Artifacts, runtime: tuple[str, ...], seeded: str, tmp_path: Path
) -> None:
    start = starter(native, (*runtime, str(ROOT / "tests" / "e2e" / "traced_runtime.py")), tmp_path)
    headers = [SAMPLED, NOT_SAMPLED, None, SAMPLED]
    with listening() as daemon:
        settings = {name: value for name, value in daemon.environment.items() if name != "_X_AMZN_TRACE_ID"}
        with start("ListTasksFunction", DATABASE_URL=seeded, TRACES=json.dumps(headers), **settings) as emulator:
            for _ in headers:
                assert emulator.invoke(event("list_tasks").content)["statusCode"] == 200
            log = emulator.log
        first, last = daemon.received()
    assert {span["name"] for span in spans_of(first)} == {"request", "token", "connect", "batch"}
    assert names_of(last) == ("request", ["token", "batch"])
    assert {(each["trace_id"], each["parent_id"]) for each in (first, last)} == {(TRACE_ID, SEGMENT)}
    assert [each["annotations"]["cold_start"] for each in (first, last)] == [True, False]
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert [line.get("xray_trace_id") for line in lines] == [TRACE_ID, TRACE_ID, None, TRACE_ID]
