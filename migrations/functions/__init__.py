"""The source of each function that writes to an owned table, in SQL: one module for each.

They run as the caller, whom row security binds, and take the caller's row first: from there on no other write of this
user runs, and as each statement inside sees what was done before it began, all that follows is exact.

What ends in `_locked` is for who has taken the owner's row: it is given the row, and gives it back as it is to be
written. So a batch, which calls these, reads and writes that row once.
"""
