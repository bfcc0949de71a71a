"""Each endpoint's one statement, written as a SQLModel expression and compiled once, when it is imported.

Every statement is filtered by owner, and row-level security stands behind the filter. Beside each stands whether it
is safe to repeat, which the retry rule goes by.
"""

from shared.statements.account import DELETE_ACCOUNT, GET_ACCOUNT
from shared.statements.changing import COMPLETE_TASK, DELETE_TASK, TOGGLE_TASK, UPDATE_TASK
from shared.statements.creating import CREATE_TASK, CREATE_TASK_ONCE
from shared.statements.purging import PURGE_IDEMPOTENCY_KEYS, PURGE_RATE_LIMITS
from shared.statements.reading import GET_TASK, LIST_TASKS

__all__ = [
    "COMPLETE_TASK",
    "CREATE_TASK",
    "CREATE_TASK_ONCE",
    "DELETE_ACCOUNT",
    "DELETE_TASK",
    "GET_ACCOUNT",
    "GET_TASK",
    "LIST_TASKS",
    "PURGE_IDEMPOTENCY_KEYS",
    "PURGE_RATE_LIMITS",
    "TOGGLE_TASK",
    "UPDATE_TASK",
]
