/** What went wrong, for a person, and what becomes of it. */

import { TasksError } from "@tasks-api/client";

export function inWords(error: unknown): string {
  if (!(error instanceof TasksError)) return "You are offline. What you do is kept here, and sent when you are back.";
  switch (error.code) {
    case "SIGNED_OUT":
      return "Your session is over. Sign in again: nothing is lost.";
    case "OTHER_USER":
      return "Somebody else has signed in in this browser.";
    case "RATE_LIMITED":
      return `That was a lot at once. It goes on ${inSeconds(error.retryAfter)}.`;
    case "SERVICE_UNAVAILABLE":
      return `The service cannot be reached at the moment. It is tried again ${inSeconds(error.retryAfter)}.`;
    case "OUTCOME_UNKNOWN":
      return "An answer was lost. It is asked for again, and nothing is done twice.";
    case "QUOTA_EXCEEDED":
      return "There is no room for more tasks: delete some.";
    default:
      return `Something went wrong (${error.code ?? error.status}, request ${error.requestId ?? "unknown"}). It is tried again.`;
  }
}

/** Milliseconds until it is worth trying again. */
export function pauseAfter(error: unknown, failures: number): number {
  const asked = error instanceof TasksError ? (error.retryAfter ?? 0) * 1000 : 0;
  const doubled = Math.min(1000 * 2 ** failures, 30_000);
  return Math.max(asked, doubled * (0.5 + Math.random() / 2));
}

function inSeconds(seconds: number | undefined): string {
  return seconds ? `in ${seconds} s` : "soon";
}
