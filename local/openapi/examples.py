"""The values that the examples are made of: one task of one user, and what a request for it says."""

from typing import Any

from shared.account import Account, AccountEnvelope
from shared.core.http.cursor import encode_cursor
from shared.core.resource.schemas import PageMeta
from shared.health import Health, HealthEnvelope
from shared.tasks import TaskEnvelope, TaskPage, TaskPublic

USER = "alice"
# Of the shape that API Gateway gives them.
REQUEST_ID = "JKJaXmPLvHcESHA="
IDEMPOTENCY_KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"

_NEW = TaskPublic.model_validate(
    {
        "id": "01963f5e-7a10-7c3e-9d2b-4f6a8c1e5b70",
        "user_id": USER,
        "title": "Pay the rent",
        "description": "By bank transfer",
        "completed": False,
        "completed_at": None,
        "created_at": "2026-04-16T09:30:00Z",
        "updated_at": "2026-04-16T09:30:00Z",
    }
)
_DONE = _NEW.model_copy(update={"completed": True, "completed_at": _NEW.created_at.replace(hour=17)})
_META = PageMeta(limit=1, next_cursor=encode_cursor(_NEW.id), total=12)
_ACCOUNT = Account(id=USER, email="alice@example.com", name="Alice", tasks=12, completed_tasks=5)

TASK = _NEW.model_dump(mode="json")
CURSOR = encode_cursor(_NEW.id)
NEW_TASK = {"title": TASK["title"], "description": TASK["description"]}
CHANGED_TASK = {"title": TASK["title"], "description": None, "completed": True}


def _json(envelope: TaskEnvelope | TaskPage | AccountEnvelope | HealthEnvelope) -> dict[str, Any]:
    return envelope.model_dump(mode="json")


A_TASK = _json(TaskEnvelope(data=_NEW))
A_CHANGED_TASK = _json(
    TaskEnvelope(data=_DONE.model_copy(update={"description": None, "updated_at": _DONE.completed_at}))
)
A_COMPLETED_TASK = _json(TaskEnvelope(data=_DONE.model_copy(update={"updated_at": _DONE.completed_at})))
A_PAGE = _json(TaskPage(data=[_NEW], meta=_META))
THE_LAST_PAGE = _json(TaskPage(data=[], meta=PageMeta(limit=50, next_cursor=None)))
AN_ACCOUNT = _json(AccountEnvelope(data=_ACCOUNT))
HEALTH = _json(HealthEnvelope(data=Health()))
