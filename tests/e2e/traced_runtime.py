"""AWS's runtime with traces, which the emulator does not pass on: `python traced_runtime.py -m awslambdaric HANDLER`.

TRACES has the header of each invocation, as JSON; what the runtime does with one is its own.
"""

import json
import os
import runpy
import sys

from awslambdaric import bootstrap  # type: ignore[import-not-found]  # in the runtime's environment alone

own, headers = bootstrap.update_xray_env_variable, iter(json.loads(os.environ["TRACES"]))
bootstrap.update_xray_env_variable = lambda _: own(next(headers))
sys.argv[:] = sys.argv[2:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
