"""What every resource stands on, and knows none of them."""

__version__ = "0.1.0"
SERVICE = "tasks-api"
