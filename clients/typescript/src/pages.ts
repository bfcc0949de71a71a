/** What comes in pages: a collection's list, and the export of all that is kept. */

import type { Collection, Page, Query } from "./collections.js";
import { unwrap } from "./errors.js";
import type { TasksClient } from "./interface.js";
import type { Repetition } from "./retries.js";
import type { components } from "./schema.js";

export interface PagesOptions<C extends Collection> extends Repetition {
  query?: Omit<Query<C>, "cursor"> | undefined;
  signal?: AbortSignal | undefined;
}

interface AnyPage {
  meta: { next_cursor: string | null };
}
type Get = (path: string, init: object) => Promise<{ data: AnyPage; response: Response }>;
/** A row of whatever is kept of the user, as it is stored, and the table that it is in. */
export type KeptRow = components["schemas"]["KeptRow"];

/**
 * Yields each page as it was answered, and asks for the next one when that is wanted.
 *
 * @throws {TasksError} What the API refuses; the pages before it have been given.
 */
export async function* pages<C extends Collection>(
  api: TasksClient,
  collection: C,
  options: PagesOptions<C> = {},
): AsyncGenerator<Page<C>, void, undefined> {
  yield* followed<Page<C>>(api, `/api/${collection}`, options);
}

/**
 * Yields everything that is kept of the user, row by row, and asks for the next page when that is wanted. A page counts
 * as ten requests.
 *
 * @throws {TasksError} What the API refuses; the rows before it have been given.
 */
export async function* exportMe(
  api: TasksClient,
  options: Omit<PagesOptions<Collection>, "query"> = {},
): AsyncGenerator<KeptRow, void, undefined> {
  for await (const { data } of followed<components["schemas"]["ExportPage"]>(api, "/api/me/export", options)) yield* data;
}

async function* followed<Answer extends AnyPage>(
  api: TasksClient,
  path: string,
  { query, ...options }: PagesOptions<Collection>,
): AsyncGenerator<Answer, void, undefined> {
  const get = api.GET as unknown as Get;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await unwrap(get(path, { params: { query: { ...query, cursor } }, ...options }));
    cursor = page.meta.next_cursor;
    yield page as Answer;
  }
}
