"""The events of a resource, with what each must be answered, and the rows that they are replayed against."""
