"""`python -m local.build`: what build.mk calls."""

import sys

from local.build.packages import main

if __name__ == "__main__":
    sys.exit(main())
