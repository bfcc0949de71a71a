"""What runs on a developer's machine only: a room for each command, and what several of them read."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
