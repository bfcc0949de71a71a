"""The core that every function imports; it imports nothing from `functions`."""

__version__ = "0.1.0"
