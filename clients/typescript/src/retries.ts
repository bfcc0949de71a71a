/** When a request is sent again, and when that is. */

import { errorCode, retryAfter } from "./errors.js";
import { isRepeatable } from "./headers.js";

export interface Repetition {
  /** How often a request is repeated at most: 2 when left out, 0 for never. */
  retries?: number | undefined;
  /** After how many milliseconds an attempt is given up: 15000 when left out, 0 for never. */
  timeout?: number | undefined;
}

const LONGEST_PAUSE_S = 60;
/** Something before the API answered; it may have done what was asked. */
const NOBODY_KNOWS = [502, 503, 504];

/**
 * What did not happen for sure (429, SERVICE_UNAVAILABLE) is repeated, whatever it is. Where nobody knows, because the
 * connection was lost or took too long, only what can be done twice is. What comes of the last attempt is given.
 */
export async function repeated(
  request: Request,
  retries: number,
  attempt: () => Promise<Response>,
): Promise<Response> {
  for (let done = 0; ; done += 1) {
    const outcome = await attempt().then((response) => ({ response }), lostConnection);
    const seconds = done < retries ? await secondsUntilRetry(request, outcome, done) : undefined;
    if (seconds === undefined) {
      if ("lost" in outcome) throw outcome.lost;
      return outcome.response;
    }
    if ("response" in outcome) await outcome.response.body?.cancel();
    await pause(seconds, request.signal);
  }
}

type Outcome = { response: Response } | { lost: unknown };

/** What else is thrown says more than that nobody knows. */
function lostConnection(error: unknown): Outcome {
  if (isLostConnection(error)) return { lost: error };
  throw error;
}

/** As `fetch` throws it, or the time-out of an attempt. */
export function isLostConnection(error: unknown): boolean {
  return ["TypeError", "TimeoutError"].includes((error as Error | undefined)?.name ?? "");
}

async function secondsUntilRetry(request: Request, outcome: Outcome, done: number): Promise<number | undefined> {
  if ("lost" in outcome) return isRepeatable(request) ? backOff(done) : undefined;
  const { response } = outcome;
  const repeatable = NOBODY_KNOWS.includes(response.status) && isRepeatable(request);
  if (!repeatable && !(await hasNotHappened(response))) return undefined;
  const asked = retryAfter(response);
  if (asked === undefined) return backOff(done);
  return asked > LONGEST_PAUSE_S ? undefined : asked + Math.random() * Math.min(asked, 1);
}

async function hasNotHappened(response: Response): Promise<boolean> {
  return response.status === 429 || (response.status === 503 && (await codeOf(response)) === "SERVICE_UNAVAILABLE");
}

/** Without taking the body away. */
export async function codeOf(response: Response): Promise<string | undefined> {
  return errorCode(await response.clone().json().catch(() => undefined));
}

/** Half a second to one, then twice as long each time: not all clients at once. */
function backOff(done: number): number {
  return 2 ** Math.min(done, 5) * (0.5 + Math.random() / 2);
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  return within(signal, waited).finally(() => clearTimeout(timer));
}

/** Rejects with the signal's reason as soon as that is given. */
export function within<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
