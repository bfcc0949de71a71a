"""What tasks have more than every resource."""

from local.smoke.client import data_of, expect
from local.smoke.resource import Check, ResourceChecks


class TaskChecks(ResourceChecks):
    """Tasks can be completed as well."""

    def more(self) -> list[Check]:
        return [self.completes, self.completes_all]

    def completes(self) -> None:
        answer = self.client.ask("PATCH", f"{self.path}/complete", 200, body={"completed": True})
        self._item = data_of(answer)
        expect(self._item["completed"] is True, "the task is not completed")

    def completes_all(self) -> None:
        """Nothing of a user who has more than was made here: then all that is seen is that somebody answers."""
        path = f"{self.collection}/complete-all"
        self.client.ask("POST", f"{path}?nothing=of-the-kind", 422, code="VALIDATION_ERROR")
        if self.client.owns_user:
            expect(data_of(self.client.ask("POST", path, 200)) == {"count": 0}, "what was completed was done again")
