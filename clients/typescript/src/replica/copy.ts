/** The copy of what the server has: it changes by the feed alone. */

import { stateOf } from "./outbox.js";
import type { AnyItem, Tables } from "./store.js";

export interface Page {
  /** `item` is null where it was deleted. */
  changes: { id: string; item: AnyItem | null }[];
  cursor: string;
  more: boolean;
}

/** At the end of the feed, what was answered before it was read has come back by it. */
export async function takeIn(tables: Tables, { changes, cursor, more }: Page): Promise<void> {
  const state = await stateOf(tables);
  if (state.cursor === undefined) Object.assign(state, { reading: state.reading + 1, whole: false });
  for (const { id, item } of changes) {
    await (item ? tables.items.put({ key: id, item, reading: state.reading }) : tables.items.delete(id));
  }
  if (!more) {
    if (!state.whole) await dropOlder(tables, state.reading);
    await dropAnswered(tables, state.answered);
  }
  await tables.state.put({ ...state, cursor, whole: state.whole || !more });
}

/** The next reading is from the beginning. Until it ends, the copy of before is shown. */
export async function forgetCursor(tables: Tables): Promise<void> {
  const { cursor: _, ...state } = await stateOf(tables);
  await tables.state.put(state);
}

/** Whoever begins anew is not told of what was deleted: it does not come. */
async function dropOlder({ items }: Tables, reading: number): Promise<void> {
  for (const kept of await items.all()) if (kept.reading < reading) await items.delete(kept.key);
}

async function dropAnswered({ outbox }: Tables, answered: number): Promise<void> {
  for (const { key } of await outbox.all()) if (key <= answered) await outbox.delete(key);
}
