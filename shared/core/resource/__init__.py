"""What every resource of a user has in common: its store, its schemas, its answers."""
