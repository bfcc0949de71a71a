/** The feed and batches, as whoever keeps a copy of their own uses them: `node sync.js NAME ARGUMENTS`. */

import {
  batch,
  changes,
  createTasksClient,
  errorCode,
  TasksError,
  uuid7,
  type Batch,
  type BatchOptions,
  type TasksClientOptions,
} from "@tasks-api/client";

declare const process: { argv: string[] };

interface Arguments {
  baseUrl: string;
  token: string;
}

/** A batch that makes a task with each of these titles. */
function creating(...titles: string[]): Batch<"tasks"> {
  const operations = titles.map((title) => ({ op: "create" as const, id: uuid7(), title }));
  return { client_id: crypto.randomUUID(), seq: 1, operations };
}

/** What comes of a batch that is always answered like this, and how long it waited each time; without waiting. */
async function answered(
  answer: () => Response | Error,
  options: BatchOptions = {},
  more: Partial<TasksClientOptions> = {},
): Promise<{ outcome: unknown; requests: number; waits: number[] }> {
  const bodies: string[] = [];
  const waits: number[] = [];
  const real = globalThis.setTimeout;
  globalThis.setTimeout = ((work: () => void, milliseconds: number) => {
    waits.push(milliseconds / 1000);
    return real(work, 0);
  }) as typeof setTimeout;
  const api = createTasksClient({
    baseUrl: "http://api.test",
    getToken: () => "token",
    fetch: async (request) => {
      bodies.push(await request.text());
      const given = answer();
      if (given instanceof Error) throw given;
      return given;
    },
    ...more,
  } as TasksClientOptions);
  const outcome = await batch(api, "tasks", creating("Milk"), options).then(
    ({ error, response }) => errorCode(error) ?? response.status,
    (error: Error) => (error instanceof TasksError ? error.code : error.name),
  );
  globalThis.setTimeout = real;
  if (new Set(bodies).size > 1) throw new Error("a repetition was another batch");
  return { outcome, requests: bodies.length, waits };
}

function refusal(status: number, code?: string, headers: Record<string, string> = {}): () => Response {
  return () => Response.json(code === undefined ? { message: "no" } : { error: { code } }, { status, headers });
}

const scenarios = {
  /** In pages, from the beginning and from a cursor; a page without changes has a cursor too. */
  async feed({ baseUrl, token }: Arguments) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    await batch(api, "tasks", creating("One", "Two", "Three"));
    const pages: (string | undefined)[][] = [];
    let after: string | undefined;
    for await (const { changes: changed, cursor } of changes(api, "tasks", { limit: 2 })) {
      pages.push(changed.map(({ task }) => task?.title));
      after = cursor;
    }
    const listed = await api.GET("/api/tasks", { params: { query: { sort: "created" } } });
    const [one] = listed.data?.data ?? [];
    await api.DELETE("/api/tasks/{task_id}", { params: { path: { task_id: one?.id ?? "" } } });
    const later = [];
    for await (const page of changes(api, "tasks", { after })) {
      later.push(...page.changes.map(({ id, deleted }) => id === one?.id && deleted));
      after = page.cursor;
    }
    const nothing = await changes(api, "tasks", { after }).next();
    return { pages, later, nothing: nothing.value?.changes, cursor: typeof nothing.value?.cursor };
  },

  async expired({ baseUrl, token }: Arguments) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    await batch(api, "tasks", creating("One"));
    const before = await changes(api, "tasks").next();
    await api.DELETE("/api/me");
    const gone = await changes(api, "tasks", { after: before.value?.cursor }).next().catch((error: unknown) => error);
    if (!(gone instanceof TasksError)) throw gone;
    const anew = await changes(api, "tasks").next();
    return { code: gone.code, status: gone.status, anew: anew.value?.changes };
  },

  /** What follows the page at which it was broken off is not asked for. */
  async brokenOff({ baseUrl, token }: Arguments) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    await batch(api, "tasks", creating("One", "Two", "Three"));
    for await (const page of changes(api, "tasks", { limit: 1 })) return page.changes.length;
    return 0;
  },

  /** The server did it, and the answer was lost. */
  async lostAnswer({ baseUrl, token }: Arguments) {
    let lost = 0;
    const api = createTasksClient({
      baseUrl,
      getToken: () => token,
      fetch: async (request) => {
        const response = await fetch(request);
        if (request.method !== "POST" || lost++ > 0) return response;
        throw new TypeError("lost");
      },
    });
    const { data } = await batch(api, "tasks", creating("Milk"));
    const listed = await api.GET("/api/tasks");
    return { results: data?.data, replayed: data?.meta.replayed, tasks: listed.data?.data.length };
  },

  async atomic({ baseUrl, token }: Arguments) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    const { operations, ...made } = creating("Milk");
    operations.push({ op: "delete", id: uuid7() });
    const { data } = await batch(api, "tasks", { ...made, operations, atomic: true });
    return data?.data.map(({ status }) => status);
  },

  async repetitions() {
    const over = refusal(401, "TOKEN_EXPIRED");
    const refreshToken = (): null => null;
    return {
      "no connection": await answered(() => new TypeError("fetch failed")),
      "outcome unknown": await answered(refusal(503, "OUTCOME_UNKNOWN")),
      unavailable: await answered(refusal(503, "SERVICE_UNAVAILABLE", { "Retry-After": "7" }), { retries: 2 }),
      "not by a function": await answered(refusal(503), { retries: 1 }),
      "rate limited": await answered(refusal(429, "RATE_LIMITED", { "Retry-After": "42" }), { retries: 1 }),
      never: await answered(refusal(503), { retries: 0 }),
      unknown: await answered(refusal(410, "UNKNOWN_CLIENT")),
      wrong: await answered(refusal(422, "VALIDATION_ERROR", { "Retry-After": "1" })),
      defect: await answered(refusal(500, "INTERNAL_ERROR")),
      aborted: await answered(() => new DOMException("gone", "AbortError")),
      "signed out": await answered(over, {}, { refreshToken }),
    };
  },

  async abortedWhileItWaits() {
    const controller = new AbortController();
    const answer = (): Response => {
      setTimeout(() => controller.abort(), 0);
      return refusal(429, "RATE_LIMITED", { "Retry-After": "60" })();
    };
    const api = createTasksClient({ baseUrl: "http://api.test", getToken: () => null, fetch: async () => answer() });
    const { signal } = controller;
    return batch(api, "tasks", creating("Milk"), { signal }).catch((error: Error) => error.name);
  },

  async ids() {
    const ids = Array.from({ length: 1000 }, uuid7);
    const milliseconds = ids.map((id) => Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16));
    return {
      ids: ids.slice(0, 10),
      different: new Set(ids).size,
      inOrder: ids.toString() === [...ids].sort().toString(),
      now: milliseconds.every((one) => Math.abs(one - Date.now()) < 60_000),
    };
  },
} satisfies Record<string, (given: Arguments) => Promise<unknown>>;

const [, , name, given] = process.argv;
console.log(JSON.stringify(await scenarios[name as keyof typeof scenarios](JSON.parse(given ?? "{}"))));
