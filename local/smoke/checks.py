"""The checks of `make smoke`, in their order, and what they leave behind: nothing."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx

_SECURITY_HEADERS = (
    "cache-control",
    "content-security-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-request-id",
)


class _Fault(Exception):
    """An answer that is not as the contract says."""


class SmokeTest:
    """Checks that build on one another: a task is made, read, changed and deleted. Without a token, the first two."""

    def __init__(self, client: httpx.Client, token: str = "", user: str = "", *, owns_user: bool = False) -> None:
        self._client = client
        self._authorization = {"authorization": f"Bearer {token}"} if token else {}
        self._user = user
        self._owns_user = owns_user
        self._mark = f"smoke test {secrets.token_hex(8)}"
        self._task: dict[str, Any] = {}
        self._tag = ""

    def run(self) -> int:
        """A line for each check; returns 1 if one fails."""
        failed = sum([self._report(check) for check in (self.health, self.refuses_without_token)])
        if self._authorization:
            failed += self._run_as_user()
        print(f"{failed} checks failed" if failed else "all checks passed", flush=True)
        return 1 if failed else 0

    def _run_as_user(self) -> int:
        failed = 0
        try:
            for check in (
                self.creates_once_under_a_key,
                self.lists,
                self.gets_and_knows_the_version,
                self.replaces_one_version_only,
                self.completes,
                self.hides_what_is_not_there,
                self.refuses_another_users_path,
                self.refuses_a_bad_body,
                self.deletes,
            ):
                failed += self._report(check)
        finally:
            failed += self._report(self.leaves_nothing_behind)
        return failed

    def _report(self, check: Callable[[], None]) -> bool:
        name = check.__name__.replace("_", " ")
        try:
            check()
        except _Fault as fault:
            print(f"FAIL {name}: {fault}", flush=True)
        except httpx.HTTPError as error:
            print(f"FAIL {name}: no answer: {type(error).__name__} {error}", flush=True)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            print(f"FAIL {name}: the answer has another shape: {error!r}", flush=True)
        else:
            print(f"ok   {name}", flush=True)
            return False
        return True

    def health(self) -> None:
        self._ask("GET", "/api/health", 200, token=False)

    def refuses_without_token(self) -> None:
        answer = self._ask("GET", "/api/tasks", 401, code="UNAUTHORIZED", token=False)
        _expect(answer.headers.get("www-authenticate", "").startswith("Bearer"), "there is no WWW-Authenticate: Bearer")

    def creates_once_under_a_key(self) -> None:
        key = {"idempotency-key": f"smoke-{uuid4()}"}
        made = self._ask("POST", "/api/tasks", 201, body={"title": self._mark}, headers=key)
        task = _data(made)
        _expect(task["title"] == self._mark and task["user_id"] == self._user, "the task is not what was asked for")
        again = self._ask("POST", "/api/tasks", 201, body={"title": self._mark}, headers=key)
        _expect(_data(again)["id"] == task["id"], "the same key made a second task")
        _expect(again.headers.get("idempotency-replayed") == "true", "a replay is not marked as one")
        self._task = task

    def lists(self) -> None:
        tasks = _data(self._ask("GET", "/api/tasks?limit=100", 200))
        _expect(self._known()["id"] in [task["id"] for task in tasks], "the new task is not in the list")
        _expect({task["user_id"] for task in tasks} == {self._user}, "the list has tasks of somebody else")

    def gets_and_knows_the_version(self) -> None:
        answer = self._ask("GET", self._path(), 200)
        self._tag = answer.headers.get("etag", "")
        _expect(self._tag != "", "there is no ETag")
        self._ask("GET", self._path(), 304, headers={"if-none-match": self._tag})

    def replaces_one_version_only(self) -> None:
        body, known = {"title": self._mark, "description": "replaced"}, {"if-match": self._tag}
        answer = self._ask("PUT", self._path(), 200, body=body, headers=known)
        _expect(_data(answer)["description"] == "replaced", "the description was not replaced")
        self._ask("PUT", self._path(), 412, code="PRECONDITION_FAILED", body=body, headers=known)

    def completes(self) -> None:
        answer = self._ask("PATCH", f"{self._path()}/complete", 200, body={"completed": True})
        _expect(_data(answer)["completed"] is True, "the task is not completed")

    def hides_what_is_not_there(self) -> None:
        self._ask("GET", f"/api/tasks/{uuid4()}", 404, code="NOT_FOUND")

    def refuses_another_users_path(self) -> None:
        self._ask("GET", "/api/nobody-of-the-smoke-test/tasks", 403, code="FORBIDDEN")

    def refuses_a_bad_body(self) -> None:
        self._ask("POST", "/api/tasks", 422, code="VALIDATION_ERROR", body={"title": ""})

    def deletes(self) -> None:
        self._ask("DELETE", self._path(), 204)
        self._ask("GET", self._path(), 404, code="NOT_FOUND")

    def leaves_nothing_behind(self) -> None:
        """By the mark, for an answer that was lost may have made a task all the same."""
        tasks = _data(self._ask("GET", "/api/tasks?limit=100", 200))
        for task in tasks:
            if task["title"] == self._mark:
                self._ask("DELETE", f"/api/tasks/{task['id']}", 204)
        if self._owns_user:
            self._ask("DELETE", "/api/me", 204)

    def _known(self) -> dict[str, Any]:
        _expect(bool(self._task), "no task was made")
        return self._task

    def _path(self) -> str:
        return f"/api/tasks/{self._known()['id']}"

    def _ask(
        self,
        method: str,
        path: str,
        status: int,
        *,
        code: str = "",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        token: bool = True,
    ) -> httpx.Response:
        sent = {**(self._authorization if token else {}), **(headers or {})}
        answer = self._client.request(method, path, json=body, headers=sent)
        _expect(answer.status_code == status, f"{method} {path} gave {answer.status_code}, not {status}")
        _expect(_code(answer) == code, f"{method} {path} gave the code {_code(answer)!r}, not {code!r}")
        missing = [name for name in _SECURITY_HEADERS if name not in answer.headers]
        _expect(not missing, f"{method} {path} came without {', '.join(missing)}")
        return answer


def _expect(condition: bool, fault: str) -> None:
    if not condition:
        raise _Fault(fault)


def _data(answer: httpx.Response) -> Any:
    return answer.json()["data"]


def _code(answer: httpx.Response) -> str:
    """The code of an error in the project's own shape."""
    return str(answer.json()["error"]["code"]) if answer.is_error else ""
