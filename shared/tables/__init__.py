"""One module per noun: its table, and its statements. The package holds the SQL that they compile to instead."""

# Every owned table refers to it and keeps its count there.
from shared.tables import users as users
