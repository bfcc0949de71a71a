/** A client of the tasks API: openapi-fetch with the API's types, a user's session, repetitions and keys. */

import createClient from "openapi-fetch";

import { setKey, takesKey } from "./headers.js";
import type { TasksClient, TasksClientOptions } from "./interface.js";
import { codeOf, repeated, within, type Repetition } from "./retries.js";
import type { components, paths } from "./schema.js";
import { Session, type Token } from "./session.js";
import { uuid7 } from "./uuid7.js";

export type Task = components["schemas"]["TaskPublic"];

const RETRIES = 2;
const TIMEOUT_MS = 15_000;

export function createTasksClient({
  user,
  getToken,
  refreshToken,
  signedOut,
  retries = RETRIES,
  timeout = TIMEOUT_MS,
  fetch = (request) => globalThis.fetch(request),
  ...more
}: TasksClientOptions): TasksClient {
  const session = new Session({ user, getToken, refreshToken, signedOut } as TasksClientOptions, timeout);

  function transmit(request: Request, token: Token): Promise<Response> {
    // It may have been a while until there was a token, and not every fetch looks at the signal.
    request.signal.throwIfAborted();
    const copy = request.clone();
    if (token) copy.headers.set("Authorization", `Bearer ${token}`);
    return fetch(copy);
  }

  async function authorized(request: Request): Promise<Response> {
    const token = await session.token();
    const response = await transmit(request, token);
    if (!token || !refreshToken || response.status !== 401) return response;
    return (await codeOf(response)) === "TOKEN_EXPIRED"
      ? transmit(request, await session.renewed(token))
      : response;
  }

  function send(request: Request): Promise<Response> {
    // openapi-fetch puts on a request what it does not know of its options.
    const own = request as Request & Repetition;
    const milliseconds = own.timeout ?? timeout;
    return repeated(request, own.retries ?? retries, () => {
      const ends = [request.signal, session.ended, ...(milliseconds ? [AbortSignal.timeout(milliseconds)] : [])];
      const signal = AbortSignal.any(ends);
      return within(signal, authorized(new Request(request.clone(), { signal })));
    });
  }

  const client = createClient<paths>({ ...more, fetch: send });
  client.use({
    onRequest({ request, schemaPath }) {
      // Set once, so that every repetition has the same key.
      if (takesKey(request.method, schemaPath)) setKey(request.headers, uuid7());
    },
  });
  return Object.assign(client, { close: () => session.close() });
}
