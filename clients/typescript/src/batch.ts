/** Many operations in one request, which is safe to repeat. */

import type { FetchResponse } from "openapi-fetch";
import type { MediaType } from "openapi-typescript-helpers";

import type { Batch, Collection } from "./collections.js";
import type { TasksClient } from "./interface.js";
import type { Repetition } from "./retries.js";
import type { paths } from "./schema.js";

export interface BatchOptions extends Repetition {
  signal?: AbortSignal | undefined;
}

export type BatchOutcome<C extends Collection> = FetchResponse<
  paths[`/api/${C}/batch` & keyof paths]["post"] & {},
  {},
  MediaType
>;
type Post<C extends Collection> = (path: string, init: object) => Promise<BatchOutcome<C>>;

/**
 * The server does a batch once, so it is repeated while nobody says what became of it. When it gives up, it gives or
 * throws what came last: keep the batch, and send the same again before any other of this client.
 */
export async function batch<C extends Collection>(
  api: TasksClient,
  collection: C,
  body: Batch<C>,
  { retries = 3, ...options }: BatchOptions = {},
): Promise<BatchOutcome<C>> {
  const post = api.POST as unknown as Post<C>;
  return post(`/api/${collection}/batch`, { body, retries, ...options });
}
