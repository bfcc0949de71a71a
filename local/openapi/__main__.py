"""`python -m local.openapi [--check]`: writes docs/openapi.yaml, or says that it is out of date."""

import argparse
import sys

from local.openapi.file import run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m local.openapi", description="Writes docs/openapi.yaml.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail when it is out of date")
    sys.exit(run(check=parser.parse_args().check))
