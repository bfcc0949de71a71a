/** What the API's refusal of a batch is about. */

import { errorCode, type ApiError } from "../errors.js";
import type { Flight } from "./outbox.js";
import type { Queued } from "./store.js";

/** Also where the store was copied, and the other copy has sent another batch under this number. */
export function isForgotten(error: unknown): boolean {
  const code = errorCode(error);
  return code === "UNKNOWN_CLIENT" || code === "SUPERSEDED" || fieldsOf(error).includes("seq");
}

/** Whether it would be refused again, however often it is sent. */
export function isForGood(error: unknown): boolean {
  const code = errorCode(error);
  return code === "VALIDATION_ERROR" || code === "PAYLOAD_TOO_LARGE";
}

/** The operations that it names, such as in `operations.1.create.title`; a batch of one needs no name. */
export function refusedOf({ queued }: Flight, error: unknown): Queued[] {
  const named = new Set(fieldsOf(error).map((field) => /^operations\.(\d+)/.exec(field)?.[1]));
  return queued.length === 1 ? queued : queued.filter((_, index) => named.has(`${index}`));
}

function fieldsOf(error: unknown): string[] {
  return errorCode(error) === "VALIDATION_ERROR" ? (error as ApiError).error.details.map(({ field }) => field) : [];
}
