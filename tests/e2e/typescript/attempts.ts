/** How often what is sent, and what is thrown in the end: `node attempts.js NAME {}`. */

import { createTasksClient, TasksError, unwrap, type TasksClient, type TasksClientOptions } from "@tasks-api/client";

declare const process: { argv: string[] };

type Answer = () => Response | Promise<Response>;

const waits: number[] = [];
const real = globalThis.setTimeout;
/** No pause takes time. */
globalThis.setTimeout = ((work: () => void, milliseconds: number) => {
  waits.push(milliseconds / 1000);
  return real(work, 0);
}) as typeof setTimeout;

function refusal(status: number, code?: string, headers: Record<string, string> = {}): Answer {
  return () => Response.json(code === undefined ? { message: "no" } : { error: { code } }, { status, headers });
}

const lost: Answer = () => {
  throw new TypeError("fetch failed");
};
const ANSWERS: Record<string, Answer> = {
  "rate limited": refusal(429, "RATE_LIMITED", { "Retry-After": "0" }),
  "throttled by the gateway": refusal(429),
  unavailable: refusal(503, "SERVICE_UNAVAILABLE"),
  "a dated Retry-After": refusal(429, "RATE_LIMITED", { "Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT" }),
  "outcome unknown": refusal(503, "OUTCOME_UNKNOWN"),
  "unavailable, says something else": refusal(503),
  "bad gateway": refusal(502),
  "gateway time-out": refusal(504),
  "no connection": lost,
  "rate limited for long": refusal(429, "RATE_LIMITED", { "Retry-After": "61" }),
  defect: refusal(500, "INTERNAL_ERROR"),
  wrong: refusal(422, "VALIDATION_ERROR", { "Retry-After": "1" }),
  unauthorized: refusal(401, "UNAUTHORIZED"),
};
const params = { path: { task_id: "1" } };
const body = { title: "Milk" };
const batch = { client_id: "1", seq: 1, operations: [] };
const CALLS: Record<string, (api: TasksClient) => Promise<{ response: Response }>> = {
  get: (api) => api.GET("/api/tasks"),
  create: (api) => api.POST("/api/tasks", { body }),
  "create by user": (api) => api.POST("/api/{user_id}/tasks", { params: { path: { user_id: "dora" } }, body }),
  batch: (api) => api.POST("/api/tasks/batch", { body: batch }),
  restore: (api) => api.POST("/api/tasks/{task_id}/restore", { params }),
  "complete all": (api) => api.POST("/api/tasks/complete-all"),
  put: (api) => api.PUT("/api/tasks/{task_id}", { params, body }),
  patch: (api) => api.PATCH("/api/tasks/{task_id}", { params, body }),
  delete: (api) => api.DELETE("/api/tasks/{task_id}", { params }),
};

function client(answer: Answer, options: Partial<TasksClientOptions> = {}) {
  const sent: Request[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    sent.push(request);
    return answer();
  };
  const given = { baseUrl: "http://api.test", getToken: () => "token", fetch, ...options };
  return { sent, api: createTasksClient(given as TasksClientOptions) };
}

async function count(answer: Answer, call: string, options: Partial<TasksClientOptions> = {}): Promise<number> {
  const { api, sent } = client(answer, options);
  await CALLS[call]!(api).catch(() => undefined);
  const keys = new Set(sent.map(({ headers }) => headers.get("Idempotency-Key")));
  if (keys.size !== 1) throw new Error("a repetition had another key");
  return sent.length;
}

const scenarios = {
  async calls() {
    return Object.keys(CALLS);
  },

  async attempts() {
    const found: Record<string, number[]> = {};
    for (const [name, answer] of Object.entries(ANSWERS)) {
      found[name] = await Promise.all(Object.keys(CALLS).map((call) => count(answer, call)));
    }
    return found;
  },

  async switched() {
    const { api, sent } = client(lost, { retries: 0 });
    await api.GET("/api/tasks").catch(() => undefined);
    const without = sent.length;
    await api.GET("/api/tasks", { retries: 3 }).catch(() => undefined);
    return { without, own: sent.length - without };
  },

  async waits() {
    await count(lost, "get", { retries: 4 });
    const growing = waits.splice(0);
    await count(refusal(429, "RATE_LIMITED", { "Retry-After": "7" }), "put");
    return { growing, asked: waits.splice(0) };
  },

  /** A service that does not answer, and a fetch that knows of no signal. */
  async timeOuts() {
    const never = (): Promise<Response> => new Promise(() => undefined);
    const { api, sent } = client(never, { timeout: 20, retries: 1 });
    const outcomes: unknown[] = [];
    const note = (error: Error): number => outcomes.push(error.name);
    // A time-out by itself keeps no process alive.
    const alive = setInterval(() => undefined, 1000);
    await api.GET("/api/tasks").catch(note);
    await api.PATCH("/api/tasks/{task_id}", { params, body }).catch(note);
    await api.GET("/api/tasks", { timeout: 10, retries: 0 }).catch(note);
    clearInterval(alive);
    return { outcomes, requests: sent.map(({ method }) => method) };
  },

  async aborted() {
    globalThis.setTimeout = real;
    const waiting = new AbortController();
    const { api, sent } = client(() => {
      setTimeout(() => waiting.abort(), 0);
      return refusal(429, "RATE_LIMITED", { "Retry-After": "60" })();
    });
    const one = await api.GET("/api/tasks", { signal: waiting.signal }).catch((error: Error) => error.name);
    const under = new AbortController();
    const never = client(() => new Promise(() => undefined));
    setTimeout(() => under.abort(), 5);
    const alive = setInterval(() => undefined, 1000);
    const other = await never.api.GET("/api/tasks", { signal: under.signal }).catch((error: Error) => error.name);
    clearInterval(alive);
    return { outcomes: [one, other], requests: [sent.length, never.sent.length] };
  },

  /** What answers in the API's place has no shape. */
  async strangers() {
    const found: Record<string, unknown> = {};
    const answers: Record<string, Answer> = {
      gateway: refusal(403, undefined, { "apigw-requestid": "1" }),
      proxy: () => new Response("<html>Bad gateway</html>", { status: 502, headers: { "Content-Type": "text/html" } }),
      nothing: () => new Response(null, { status: 503, headers: { "Content-Length": "0" } }),
      empty: () => new Response("", { status: 500 }),
      null: () => Response.json(null, { status: 500 }),
      text: () => Response.json({ error: "no" }, { status: 400, headers: { "X-Request-Id": "7", "Retry-After": "3" } }),
      "not modified": () => new Response(null, { status: 304 }),
    };
    for (const [name, answer] of Object.entries(answers)) {
      const { api } = client(answer, { retries: 0 });
      const error = await unwrap(api.GET("/api/tasks")).then(() => undefined, (thrown: unknown) => thrown);
      if (!(error instanceof TasksError)) throw error;
      const { message, code, details, retryAfter, requestId } = error;
      found[name] = [message, code, details.length, retryAfter, requestId].map((it) => it ?? "none");
    }
    return found;
  },
} satisfies Record<string, () => Promise<unknown>>;

const [, , name] = process.argv;
console.log(JSON.stringify(await scenarios[name as keyof typeof scenarios]()));
