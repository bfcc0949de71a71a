"""What every function imports; it imports nothing from `functions`."""
