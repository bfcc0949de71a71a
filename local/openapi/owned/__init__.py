"""The operations of an owned resource: the same of each, in its own words."""
