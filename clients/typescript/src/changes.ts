/** The feed of a collection's changes, from where one has come to where it is now. */

import type { Change, ChangesAnswer, Collection } from "./collections.js";
import { unwrap } from "./errors.js";
import type { TasksClient } from "./interface.js";
import type { Repetition } from "./retries.js";

export interface ChangesOptions extends Repetition {
  /** The cursor that was kept; without one, everything that there is. */
  after?: string | undefined;
  /** How many changes a page has at most: 1 to 100. */
  limit?: number;
  signal?: AbortSignal | undefined;
}

export interface ChangesPage<C extends Collection> {
  changes: Change<C>[];
  /** Kept with what the changes were applied to, it is where the next reading begins. */
  cursor: string;
  /** Whether another page follows now. */
  more: boolean;
}

type Answer<C extends Collection> = { data: ChangesAnswer<C>; response: Response };
type Get<C extends Collection> = (path: string, init: object) => Promise<Answer<C>>;

/**
 * Reads to the end and yields each page, the last one even without a change. After a failure it goes on from the cursor
 * of the last page.
 *
 * @throws {TasksError} With `code` `"CURSOR_EXPIRED"` the copy is too old, or of another account: begin without a
 * cursor, and drop what does not come.
 */
export async function* changes<C extends Collection>(
  api: TasksClient,
  collection: C,
  { after, limit = 100, ...options }: ChangesOptions = {},
): AsyncGenerator<ChangesPage<C>, void, undefined> {
  const get = api.GET as unknown as Get<C>;
  for (let cursor = after, more = true; more; ) {
    const query = { limit, ...(cursor === undefined ? {} : { after: cursor }) };
    const { data, meta } = await unwrap(get(`/api/${collection}/changes`, { params: { query }, ...options }));
    ({ cursor, more } = meta);
    yield { changes: data as Change<C>[], cursor, more };
  }
}
