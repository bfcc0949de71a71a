/** A client of the tasks API: openapi-fetch with the API's types, tokens that renew themselves, and keyed POSTs. */

import createClient, { type Client, type FetchOptions, type FetchResponse } from "openapi-fetch";
import type { FilterKeys, HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf } from "openapi-typescript-helpers";

import { pause, retryAfter } from "./pause.js";
import type { components, paths } from "./schema.js";

export type { components, operations, paths } from "./schema.js";

type Schemas = components["schemas"];
export type Task = Schemas["TaskPublic"];
/** What the API answers when it refuses: one shape for each code. */
export type ApiError = Extract<Schemas[keyof Schemas], { error: { code: string } }>;
export type ErrorCode = ApiError["error"]["code"];

type Init<Path extends keyof paths, Method extends HttpMethod> = Omit<
  FetchOptions<FilterKeys<paths[Path], Method>>,
  "parseAs"
>;
/** As openapi-fetch has it, but for one thing: there a field that the API does not know is no error. */
type Call<Method extends HttpMethod> = <Path extends PathsWithMethod<paths, Method>>(
  path: Path,
  ...init: RequiredKeysOf<Init<Path, Method>> extends never ? [init?: Init<Path, Method>] : [init: Init<Path, Method>]
) => Promise<FetchResponse<paths[Path][Method] & {}, {}, MediaType>>;

export interface TasksClient extends Pick<Client<paths>, "use" | "eject"> {
  GET: Call<"get">;
  POST: Call<"post">;
  PUT: Call<"put">;
  PATCH: Call<"patch">;
  DELETE: Call<"delete">;
}

const KEY = "Idempotency-Key";

type Token = string | null | undefined;

export interface TasksClientOptions {
  /** Where the API is, without `/api`. */
  baseUrl: string;
  /** Asked before each request; null while nobody is signed in. */
  getToken: () => Token | Promise<Token>;
  /** Renews what `getToken` gives. Called on TOKEN_EXPIRED, once for all requests that are under way. */
  refreshToken?: () => Promise<unknown>;
  /** How often a GET or a POST is repeated after a 503 with Retry-After; 0 when left out. */
  retries?: number;
  /** Instead of the global one. */
  fetch?: (request: Request) => Promise<Response>;
}

export function createTasksClient({
  baseUrl,
  getToken,
  refreshToken,
  retries = 0,
  fetch = globalThis.fetch,
}: TasksClientOptions): TasksClient {
  let renewal: Promise<void> | undefined;

  async function renew(expired: string, refresh: () => Promise<unknown>): Promise<void> {
    // A 401 may arrive after another request's renewal: then there is a new token already.
    if ((await getToken()) === expired) await refresh();
  }

  function attempt(request: Request, token: Token): Promise<Response> {
    const copy = request.clone();
    if (token) copy.headers.set("Authorization", `Bearer ${token}`);
    return fetch(copy);
  }

  async function authorized(request: Request): Promise<Response> {
    const token = await getToken();
    const response = await attempt(request, token);
    if (!token || !refreshToken || !(await hasExpired(response))) return response;
    renewal ??= renew(token, refreshToken).finally(() => {
      renewal = undefined;
    });
    await renewal;
    return attempt(request, await getToken());
  }

  async function send(request: Request): Promise<Response> {
    // Set once, so that every repetition has the same key.
    if (request.method === "POST" && !request.headers.has(KEY)) request.headers.set(KEY, crypto.randomUUID());
    for (let left = retries; ; left -= 1) {
      const response = await authorized(request);
      const seconds = secondsUntilRetry(request, response);
      if (left <= 0 || seconds === undefined) return response;
      await response.body?.cancel();
      await pause(seconds, request.signal);
    }
  }

  return createClient<paths>({ baseUrl, fetch: send }) as TasksClient;
}

/** The code of a result's `error`; undefined when not the API but something before it answered, such as API Gateway. */
export function errorCode(error: unknown): ErrorCode | undefined {
  return (error as Partial<ApiError> | null | undefined)?.error?.code;
}

async function hasExpired(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const body: unknown = await response.clone().json().catch(() => undefined);
  return errorCode(body) === "TOKEN_EXPIRED";
}

/** Undefined when a repetition might do something twice, or was not invited. */
function secondsUntilRetry(request: Request, response: Response): number | undefined {
  if (response.status !== 503 || (request.method !== "GET" && !request.headers.has(KEY))) return undefined;
  return retryAfter(response);
}
