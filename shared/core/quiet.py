"""What other libraries may log: nothing below a warning, whatever level the functions log at.

In Lambda the runtime puts its handler on the root logger, at the level that the template names. At DEBUG botocore would
write the secrets that it reads, and at INFO Mangum a second line for each request, with its path in it.
"""

import logging


def quiet_libraries() -> None:
    """Before anything that logs is imported; the functions' own logger has a level of its own."""
    logging.getLogger().setLevel(logging.WARNING)
