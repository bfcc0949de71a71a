"""The statements that make a task."""

from typing import Any

from sqlalchemy import CTE, Text, bindparam, exists, false, func, literal_column, null, select, true, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ClauseElement, ColumnElement
from sqlmodel import col

from shared.models import IdempotencyKey, Task, User
from shared.statements.terms import CALLER, DESCRIPTION, KEY_LIFETIME, PUBLIC, TITLE, compiled


def owner() -> CTE:
    """The owner's row is made on the first write, in the same statement; it keeps what the first token said."""
    return (
        insert(User)
        .values(id=CALLER, email=bindparam("email", type_=Text()), name=bindparam("name", type_=Text()))
        .on_conflict_do_nothing(index_elements=[col(User.id)])
        .cte("owner")
    )


def _create_task() -> ClauseElement:
    values = {"user_id": CALLER, "title": TITLE, "description": DESCRIPTION}
    return insert(Task).values(values).returning(*PUBLIC).add_cte(owner())


def _create_task_once() -> ClauseElement:
    """Create a task under a key, or give the stored answer; no row when a request with the key is just finishing.

    The key is claimed first, with the answer in it, and only a claim makes a task. Two at once meet at the key's
    unique index: the second waits for the first, then claims nothing and makes nothing.
    """
    key, request_hash = bindparam("key", type_=Text()), bindparam("request_hash", type_=Text())
    expired = col(IdempotencyKey.created_at) <= func.now() - KEY_LIFETIME
    prior = (
        select(col(IdempotencyKey.response), col(IdempotencyKey.request_hash))
        .where(col(IdempotencyKey.user_id) == CALLER, col(IdempotencyKey.key) == key, ~expired)
        .cte("prior")
    )
    new = select(func.uuidv7().label("id"), func.now().label("now")).where(~exists(select(prior))).cte("new")
    claim = insert(IdempotencyKey).from_select(
        ["user_id", "key", "request_hash", "response"], select(CALLER, key, request_hash, _new_task_as_json(new))
    )
    claimed = (
        claim.on_conflict_do_update(
            index_elements=[col(IdempotencyKey.user_id), col(IdempotencyKey.key)],
            set_={
                "request_hash": claim.excluded.request_hash,
                "response": claim.excluded.response,
                "created_at": func.now(),
            },
            where=expired,
        )
        .returning(col(IdempotencyKey.response))
        .cte("claimed")
    )
    task = select(new.c.id, CALLER, TITLE, DESCRIPTION, new.c.now, new.c.now).where(exists(select(claimed)))
    made = insert(Task).from_select(["id", "user_id", "title", "description", "created_at", "updated_at"], task)
    first = select(claimed.c.response, false().label("replayed"), true().label("same_request"))
    again = select(prior.c.response, true(), prior.c.request_hash == request_hash)
    return union_all(first, again).add_cte(owner(), made.cte("made"))


def _new_task_as_json(new: CTE) -> ColumnElement[Any]:
    """What `_create_task` would return of it. Names that are ours, so they stand in the SQL as they are."""
    values: dict[str, ColumnElement[Any]] = {
        "id": new.c.id,
        "user_id": CALLER,
        "title": TITLE,
        "description": DESCRIPTION,
    }
    values |= {"completed": false(), "completed_at": null(), "version": literal_column("1")}
    values |= {"created_at": new.c.now, "updated_at": new.c.now}
    pairs = [part for name, value in values.items() for part in (literal_column(f"'{name}'"), value)]
    return func.jsonb_build_object(*pairs)


# Not repeatable: each run makes a task.
CREATE_TASK = compiled(_create_task(), repeatable=False)
# Repeatable: a second run finds the key and gives what the first has stored.
CREATE_TASK_ONCE = compiled(_create_task_once(), repeatable=True)
