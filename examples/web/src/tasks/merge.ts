/** An operation that was not done: what is done instead, or what a person has to be asked. */

import type { Operation } from "@tasks-api/client";
import type { Conflict } from "@tasks-api/client/replica";

import type { OpenConflict } from "./notebook";
import type { Fields } from "./task";

export type Decision = { instead: Operation<"tasks">[] } | { ask: OpenConflict } | { lost: string };

/** `base` is what the edited fields were when the edit began, as far as that is known. */
export function decide({ operation, status, current }: Conflict<"tasks">, base: Partial<Fields>): Decision {
  if (operation.op === "patch") {
    const mine = operation.patch as Partial<Fields>;
    const title = mine.title ?? current?.title ?? base.title ?? "A task";
    if (current && !meets(mine, current, base)) {
      return { instead: [{ ...operation, version: current.version }] };
    }
    if (current) return { ask: { id: operation.id, title, mine, theirs: current } };
    if (status === "deleted" || status === "not_found") {
      return { ask: { id: operation.id, title, mine, theirs: null } };
    }
  }
  // To delete or to complete what is gone needs no words.
  if (status === "deleted" || status === "not_found") return { instead: [] };
  const what = operation.op === "create" ? `“${operation.title}”` : "A change";
  return { lost: `${what} could not be kept: ${WHY[status] ?? status}.` };
}

const WHY: Partial<Record<Conflict<"tasks">["status"], string>> = {
  quota: "there is no room for more tasks",
  refused: "it is against the rules",
  conflict: "another task has its place",
};

/** Whether somebody else has changed a field that was changed here, and to something else. */
function meets(mine: Partial<Fields>, theirs: Fields, base: Partial<Fields>): boolean {
  return (Object.keys(mine) as (keyof Fields)[]).some(
    (field) => theirs[field] !== mine[field] && theirs[field] !== base[field],
  );
}
