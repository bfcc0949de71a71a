/** What the user sees: the copy, and on top of it what they did that has not come back by the feed. */

import type { AnyItem, Kept, Queued } from "./store.js";

export function shown(kept: readonly Kept[], outbox: readonly Queued[]): Map<string, AnyItem> {
  const items = new Map(kept.map(({ key, item }) => [key, item]));
  for (const row of outbox) apply(items, row);
  return items;
}

/** As the server will, as far as one can know here. */
function apply(items: Map<string, AnyItem>, { operation, raised = 0 }: Queued): void {
  const { op, version: _, patch, ...fields } = operation;
  const there = items.get(operation.id);
  if (op === "delete") items.delete(operation.id);
  else if (there || op === "create") {
    items.set(operation.id, { ...there, ...fields, ...patch, version: (there?.version ?? 0) + raised });
  }
}
