/** Many operations in one request, which is safe to repeat. */

import type { FetchResponse } from "openapi-fetch";
import type { MediaType } from "openapi-typescript-helpers";

import type { TasksClient } from "./client.js";
import type { Batch, Collection } from "./collections.js";
import { pause, retryAfter } from "./pause.js";
import type { paths } from "./schema.js";

export interface BatchOptions {
  /** How often it is repeated, unchanged, while nobody says what became of it; 3 when left out. */
  retries?: number | undefined;
  signal?: AbortSignal | undefined;
}

export type BatchOutcome<C extends Collection> = FetchResponse<
  paths[`/api/${C}/batch` & keyof paths]["post"] & {},
  {},
  MediaType
>;
type Post<C extends Collection> = (path: string, init: object) => Promise<BatchOutcome<C>>;

const LONGEST_PAUSE_S = 30;

/**
 * Repeats after a lost connection, a 429 and any 503, OUTCOME_UNKNOWN too: the server does a batch once. It waits as
 * Retry-After says, otherwise twice as long each time. Any other answer is given as it is. When nothing else came, it
 * gives or throws the last: keep the batch, and send the same again before any other of this client.
 */
export async function batch<C extends Collection>(
  api: TasksClient,
  collection: C,
  body: Batch<C>,
  { retries = 3, signal }: BatchOptions = {},
): Promise<BatchOutcome<C>> {
  const post = api.POST as unknown as Post<C>;
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await post(`/api/${collection}/batch`, { body, signal }).catch(lostConnection);
    if (attempt < retries && isPassing(outcome)) {
      const asked = outcome instanceof TypeError ? undefined : retryAfter(outcome.response);
      await pause(asked ?? backOff(attempt), signal);
    } else if (outcome instanceof TypeError) throw outcome;
    else return outcome;
  }
}

/** As `fetch` throws it; an abort is another error, and so is what `refreshToken` throws. */
function lostConnection(error: unknown): TypeError {
  if (error instanceof TypeError) return error;
  throw error;
}

function isPassing(outcome: TypeError | { response: Response }): boolean {
  return outcome instanceof TypeError || [429, 503].includes(outcome.response.status);
}

function backOff(attempt: number): number {
  return Math.min(2 ** attempt, LONGEST_PAUSE_S) * (0.5 + Math.random() / 2);
}
