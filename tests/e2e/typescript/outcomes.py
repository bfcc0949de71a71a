"""What comes of each scenario of replica.ts, whichever store the replica has."""

from typing import Any

OUTCOMES: dict[str, Any] = {
    "offlineEdits": {
        "failed": "TypeError",
        "shown": [{"title": "Oat milk", "completed": True, "version": 0}],
        "agrees": True,
    },
    "reloadInTheMiddleOfABatch": {
        "failed": "TypeError",
        "same": True,
        "replayed": [True, False],
        "titles": ["Milk", "Bread"],
        "agrees": True,
    },
    "reloadBeforeABatchArrives": {"numbers": [[1, 1], [2, 1]], "replayed": [False, False]},
    "fieldsAreMerged": {"title": "Oat milk", "description": "two litres", "version": 3, "agree": [True, True]},
    "deletion": {
        "shown": ["Bread"],
        "titles": ["Bread"],
        "conflicts": [["patch", {"status": "deleted"}]],
        "agree": [True, True],
    },
    "conflict": {"conflicts": [["stale", "Oat milk"]], "titles": ["Oat milk, or soy"], "agree": [True, True]},
    "conflictThatIsDropped": {"before": ["Soy milk"], "failed": "TypeError", "titles": ["Milk"]},
    "conflictThatNobodyHeard": {
        "failed": "Error",
        "told": 1,
        "titles": ["Oat milk", "Soy milk"],
        "agrees": True,
    },
    "ownChanges": {
        "failed": "TypeError",
        "seen": [0, 0, 0, 3, 4],
        # The second one changed nothing, so that the third expects the same version.
        "batches": [[False], [1], [2], [2], [3], [4]],
        "conflicts": 0,
        "agrees": True,
    },
    "editsMeanwhile": {
        "titles": ["Soy milk"],
        "sent": [["create"], ["Oat milk"], ["Soy milk"]],
        "agrees": True,
    },
    "forgottenClient": {
        "told": [1],
        "conflicts": [["stale", "Soy milk"]],
        "titles": ["Bread", "Soy milk"],
        "agrees": True,
    },
    "ownChangesStay": {"failed": "TypeError", "titles": ["Milk", "Bread"]},
    "ownChangesOfWhatIsNot": {
        "conflicts": [["create", "refused"], ["patch", "not_found"]],
        "titles": ["Oat milk"],
        "agrees": True,
    },
    "ownChangesHideNobodysElse": {"conflicts": [["delete", "stale", "two litres"]], "agrees": True},
    "expiredCursor": {"cursors": [True, False], "titles": ["New"], "agrees": True},
    "feedWithoutEnd": {"failed": "TasksError", "asked": 21},
    "readingThatIsBrokenOff": {
        "failed": "TypeError",
        "halfway": ["Old", "First"],
        "titles": ["First", "Second"],
        "agrees": True,
    },
    "unknownClient": {
        "told": [1],
        "numbers": [2, 1],
        "another": True,
        "same": True,
        "titles": ["Bread"],
        "agrees": True,
    },
    "copiedStore": {
        "numbers": [[2, 1, 2], [2, 1]],
        "told": [1, 1],
        "titles": ["Milk", "Bread", "Butter", "Salt", "original", "other batch", "superseded"],
        "agrees": True,
    },
    "refusedByTheRules": {
        "conflicts": [{"title": 201, "status": "refused", "field": "operations.1.create.title"}],
        "numbers": [[1, 3], [1, 3]],
        "titles": ["Milk", "Cut short", "Bread"],
        "agrees": True,
    },
    "refusedWithoutAName": {
        "refused": ["No"],
        "titles": ["1", "2", "3", "4", "5", "6", "7"],
        "agrees": True,
    },
    "longOutbox": {
        "numbers": [[1, 100], [2, 64], [3, 17]],
        "fits": True,
        "answers": 3,
        "conflicts": 0,
        "agrees": True,
    },
    "manyFaults": {"agree": [True, True, True], "lost": 0, "foreign": 0, "unknown": 0, "met": [True, True]},
    "store": {
        "failed": "no",
        "keys": ["a", "b"],
        "reading": 1,
        "order": ["first begins", "first ends", "second begins", "second ends"],
    },
    "nothingToDo": {"sent": 0, "titles": []},
    "signedOut": {
        "failed": ["TasksError", "TasksError"],
        "seqs": [1, 1],
        "titles": ["Milk"],
        "conflicts": 0,
    },
}
