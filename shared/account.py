"""What is kept of a caller, and its removal."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import BaseModel

from shared.core.auth.verifier import Caller
from shared.core.database.session import Session
from shared.core.http.endpoint import callers
from shared.core.resource.schemas import Envelope
from shared.tables.account import DELETE_ACCOUNT, GET_ACCOUNT


class Account(BaseModel):
    id: str
    email: str | None
    name: str | None
    tasks: int
    completed_tasks: int


@dataclass(frozen=True, slots=True)
class AccountStore:
    """Made for one authenticated caller, as the stores of resources are. Each method is one round trip."""

    caller: Caller
    session: Session

    def get(self) -> Account:
        """Who the token says the caller is, or else what was stored at their first write, with what is counted."""
        never_wrote = {"email": None, "name": None, "tasks": 0, "completed_tasks": 0}
        row = next(iter(self.session.run(GET_ACCOUNT, {})), never_wrote)
        said = {"id": self.caller.id, "email": self.caller.email, "name": self.caller.name}
        return Account.model_validate(row | {name: value for name, value in said.items() if value})

    def delete(self) -> None:
        """Everything that belongs to the caller goes with their row. Nothing to delete is as good as deleted."""
        self.session.run(DELETE_ACCOUNT, {})


CallersAccount = Annotated[AccountStore, callers(AccountStore)]
AccountEnvelope: TypeAlias = Envelope[Account]
