"""The checks of `make smoke`, in their order, and what they leave behind: nothing."""

from collections.abc import Mapping

import httpx

from local.build.built import Built
from local.resources import Store, stores
from local.smoke.client import Fault, SmokeClient, data_of, expect
from local.smoke.resource import Check, ResourceChecks
from local.smoke.tasks import TaskChecks

# Of those that have more than all have.
_OWN: Mapping[str, type[ResourceChecks]] = {"tasks": TaskChecks}


class SmokeTest:
    """What anybody may ask; then, as a user, the checks of each resource.

    `expected`: what it was built of; without it any build will do.
    """

    def __init__(
        self,
        client: httpx.Client,
        token: str = "",
        user: str = "",
        *,
        owns_user: bool = False,
        expected: Built | None = None,
    ) -> None:
        self._client = SmokeClient(client, token, user, owns_user=owns_user)
        self._expected = expected

    def run(self) -> int:
        """A line for each check; returns 1 if one fails."""
        failed = sum([_report(check) for check in (self.health, self.refuses_without_token)])
        if self._client.has_token:
            failed += self._run_as_user()
        print(f"{failed} checks failed" if failed else "all checks passed", flush=True)
        return 1 if failed else 0

    def _run_as_user(self) -> int:
        failed = sum([_report(check) for check in (self.knows_its_user, self.exports_what_it_keeps)])
        try:
            for store in stores():
                failed += self._run_of_resource(store)
        finally:
            if self._client.owns_user:
                failed += _report(self.deletes_its_user)
        return failed

    def _run_of_resource(self, store: Store) -> int:
        resource, failed = _OWN.get(store.name, ResourceChecks)(store, self._client), 0
        try:
            for check in resource.checks():
                failed += _report(check, store.name)
        finally:
            failed += _report(resource.leaves_nothing_behind, store.name)
        return failed

    def health(self) -> str:
        """What answers."""
        told = data_of(self._client.ask("GET", "/api/health", 200, token=False))
        answers = Built(told["commit"], told["schema_revision"])
        if self._expected:
            expect(answers == self._expected, f"it answers as {answers}, and what was deployed is {self._expected}")
        return f"version {told['version']}, {answers}"

    def refuses_without_token(self) -> None:
        for store in stores():
            answer = self._client.ask("GET", f"/api/{store.name}", 401, code="UNAUTHORIZED", token=False)
            bearer = answer.headers.get("www-authenticate", "").startswith("Bearer")
            expect(bearer, "there is no WWW-Authenticate: Bearer")

    def knows_its_user(self) -> None:
        account = data_of(self._client.ask("GET", "/api/me", 200))
        expect(account["id"] == self._client.user, "the account is of somebody else")

    def exports_what_it_keeps(self) -> None:
        exported = self._client.ask("GET", "/api/me/export", 200).json()
        expect(exported["meta"].keys() == {"next_cursor"}, "the page does not say whether there is another")
        expect(all(kept.keys() == {"table", "row"} for kept in exported["data"]), "a row does not name its table")

    def deletes_its_user(self) -> None:
        self._client.ask("DELETE", "/api/me", 204)


def _report(check: Check, of: str = "") -> bool:
    name = f"{of} {check.__name__}".strip().replace("_", " ")
    try:
        said = check()
    except Fault as fault:
        print(f"FAIL {name}: {fault}", flush=True)
    except httpx.HTTPError as error:
        print(f"FAIL {name}: no answer: {type(error).__name__} {error}", flush=True)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        print(f"FAIL {name}: the answer has another shape: {error!r}", flush=True)
    else:
        print(f"ok   {name}{f': {said}' if said else ''}", flush=True)
        return False
    return True
