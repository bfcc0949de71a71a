"""What is kept of a caller, and its removal."""

from dataclasses import dataclass

from shared import statements
from shared.core.auth.verifier import Caller
from shared.core.database.session import Session
from shared.schemas import Account


@dataclass(frozen=True, slots=True)
class AccountStore:
    """Made for one authenticated caller, as the TaskStore is. Each method is one round trip."""

    caller: Caller
    session: Session

    def get(self) -> Account:
        """Who the token says the caller is, or else what was stored at their first write, with their tasks counted."""
        (row,) = self.session.run(statements.GET_ACCOUNT, {})
        return Account(
            id=self.caller.id,
            email=self.caller.email or row["email"],
            name=self.caller.name or row["name"],
            tasks=row["tasks"],
            completed_tasks=row["completed_tasks"],
        )

    def delete(self) -> None:
        """Everything that belongs to the caller goes with their row. Nothing to delete is as good as deleted."""
        self.session.run(statements.DELETE_ACCOUNT, {})
