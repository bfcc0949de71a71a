"""The same endpoint written the usual way."""
