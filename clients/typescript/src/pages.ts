/** A collection's list, page after page. */

import type { Collection, Page, Query } from "./collections.js";
import { unwrap } from "./errors.js";
import type { TasksClient } from "./interface.js";
import type { Repetition } from "./retries.js";

export interface PagesOptions<C extends Collection> extends Repetition {
  query?: Omit<Query<C>, "cursor"> | undefined;
  signal?: AbortSignal | undefined;
}

interface AnyPage {
  meta: { next_cursor: string | null };
}
type Get = (path: string, init: object) => Promise<{ data: AnyPage; response: Response }>;

/**
 * Yields each page as it was answered, and asks for the next one when that is wanted.
 *
 * @throws {TasksError} What the API refuses; the pages before it have been given.
 */
export async function* pages<C extends Collection>(
  api: TasksClient,
  collection: C,
  { query, ...options }: PagesOptions<C> = {},
): AsyncGenerator<Page<C>, void, undefined> {
  const get = api.GET as unknown as Get;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await unwrap(get(`/api/${collection}`, { params: { query: { ...query, cursor } }, ...options }));
    cursor = page.meta.next_cursor;
    yield page as Page<C>;
  }
}
