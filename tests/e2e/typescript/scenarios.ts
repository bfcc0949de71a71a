/** What a front end does, against the local gateway: `node scenarios.js NAME ARGUMENTS` prints what came of it. */

import {
  createTasksClient,
  errorCode,
  exportMe,
  ifMatch,
  pages,
  TasksError,
  unwrap,
  type Task,
  type TasksClientOptions,
} from "@tasks-api/client";

declare const process: { argv: string[] };

interface Arguments {
  baseUrl: string;
  /** A user's token, and one of theirs that has expired. */
  token: string;
  expired: string;
}

/** A client whose token has expired, and how often it was renewed. */
function withExpiredToken({ baseUrl, token, expired }: Arguments, more: Partial<TasksClientOptions> = {}) {
  const state = { current: expired, refreshes: 0 };
  const refreshToken = async (): Promise<void> => {
    state.refreshes += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    state.current = token;
  };
  return { state, api: createTasksClient({ baseUrl, getToken: () => state.current, refreshToken, ...more }) };
}

/** The body that API and gateway answer with, as if an answer had been lost on its way. */
function unavailable(retryAfter?: string): Response {
  const headers = retryAfter === undefined ? {} : { "Retry-After": retryAfter };
  return Response.json({ error: { code: "SERVICE_UNAVAILABLE" } }, { status: 503, headers });
}

const scenarios = {
  async everyOperation({ baseUrl, token }: Arguments) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    const created = await api.POST("/api/tasks", { body: { title: "Milk", description: "two litres" } });
    if (!created.data) throw new Error(created.error.error.message);
    const task: Task = created.data.data;
    const params = { path: { task_id: task.id } };
    const etag = created.response.headers.get("ETag") ?? "";

    const got = await api.GET("/api/tasks/{task_id}", { params });
    const known = await api.GET("/api/tasks/{task_id}", {
      params: { ...params, header: { "If-None-Match": etag } },
    });
    const listed = await api.GET("/api/tasks", { params: { query: { limit: 10, completed: false, count: true } } });
    const updated = await api.PUT("/api/tasks/{task_id}", {
      params: { ...params, header: { "If-Match": etag } },
      body: { title: "Bread" },
    });
    const stale = await api.PUT("/api/tasks/{task_id}", {
      params: { ...params, header: { "If-Match": etag } },
      body: { title: "Butter" },
    });
    const toggled = await api.PATCH("/api/tasks/{task_id}/complete", { params });
    const completed = await api.PATCH("/api/tasks/{task_id}/complete", { params, body: { completed: true } });
    const patched = await api.PATCH("/api/tasks/{task_id}", { params, body: { title: "Butter" } });
    const deleted = await api.DELETE("/api/tasks/{task_id}", { params });
    const { data: changes } = await api.GET("/api/tasks/changes");
    const restored = await api.POST("/api/tasks/{task_id}/restore", { params });
    const version = restored.data?.data.version ?? 0;
    const { data: done } = await api.POST("/api/tasks/batch", {
      body: {
        client_id: crypto.randomUUID(),
        seq: 1,
        operations: [
          { op: "complete", id: task.id, completed: false },
          { op: "patch", id: task.id, version, patch: { title: "Milk" } },
        ],
      },
    });
    const { data: since } = await api.GET("/api/tasks/changes", {
      params: { query: { after: changes?.meta.cursor ?? "" } },
    });
    const all = await api.POST("/api/tasks/complete-all");
    const gone = await api.DELETE("/api/tasks", { params: { query: { completed: true } } });
    const me = await api.GET("/api/me");
    const kept = await api.GET("/api/me/export");
    const health = await api.GET("/api/health");

    return {
      titles: [task, got.data?.data, listed.data?.data[0], updated.data?.data, patched.data?.data].map((it) => it?.title),
      total: listed.data?.meta.total,
      completed: [toggled.data?.data.completed, completed.data?.data.completed],
      statuses: [known.response.status, stale.response.status, deleted.response.status],
      stale: errorCode(stale.error),
      current: stale.error?.error.code === "PRECONDITION_FAILED" ? stale.error.error.current.title : undefined,
      changes: [changes?.data.length, ...(since?.data ?? []).map((change) => change.task?.version === version + 1)],
      done: [done?.data.map(({ status }) => status), done?.current[0]?.completed, done?.meta.replayed],
      counts: [all.data?.data.count, gone.data?.data.count],
      me: me.data?.data.id,
      kept: [...new Set(kept.data?.data.map(({ table }) => table))],
      health: health.data?.data.status,
    };
  },

  async everyOperationByUser({ baseUrl, token, user }: Arguments & { user: string }) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    const path = { user_id: user };
    const created = await api.POST("/api/{user_id}/tasks", { params: { path }, body: { title: "Milk" } });
    const params = { path: { ...path, task_id: created.data?.data.id ?? "" } };
    const got = await api.GET("/api/{user_id}/tasks/{task_id}", { params });
    const listed = await api.GET("/api/{user_id}/tasks", { params: { path } });
    const updated = await api.PUT("/api/{user_id}/tasks/{task_id}", { params, body: { title: "Bread" } });
    const completed = await api.PATCH("/api/{user_id}/tasks/{task_id}/complete", { params });
    const patched = await api.PATCH("/api/{user_id}/tasks/{task_id}", { params, body: { description: null } });
    const deleted = await api.DELETE("/api/{user_id}/tasks/{task_id}", { params });
    const restored = await api.POST("/api/{user_id}/tasks/{task_id}/restore", { params });
    const changes = await api.GET("/api/{user_id}/tasks/changes", { params: { path } });
    const body = { client_id: crypto.randomUUID(), seq: 1, operations: [{ op: "delete" as const, id: params.path.task_id }] };
    const done = await api.POST("/api/{user_id}/tasks/batch", { params: { path }, body });
    const all = await api.POST("/api/{user_id}/tasks/complete-all", { params: { path } });
    const many = await api.DELETE("/api/{user_id}/tasks", { params: { path, query: { completed: true } } });
    const forbidden = await api.GET("/api/{user_id}/tasks", { params: { path: { user_id: "nobody" } } });
    const gone = await api.DELETE("/api/me");
    const family = [created, got, listed, updated, completed, patched, deleted, restored, changes, done, all, many];
    return { statuses: [...family, forbidden, gone].map(({ response }) => response.status), forbidden: errorCode(forbidden.error) };
  },

  async refusals({ baseUrl, token }: Arguments) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    const anonymous = createTasksClient({ baseUrl, getToken: () => null });
    const invalid = await api.POST("/api/tasks", { body: { title: "" } });
    const unauthorized = await anonymous.GET("/api/tasks");
    const elsewhere = await createTasksClient({ baseUrl: `${baseUrl}/v1`, getToken: () => token }).GET("/api/tasks");
    // The codes that an operation can be refused with are known to the compiler.
    const field = invalid.error?.error.code === "VALIDATION_ERROR" ? invalid.error.error.details[0]?.field : undefined;
    return { field, codes: [invalid, unauthorized, elsewhere].map(({ error }) => errorCode(error) ?? "none") };
  },

  async fiveAtOnce(given: Arguments) {
    const { state, api } = withExpiredToken(given);
    const results = await Promise.all(Array.from({ length: 5 }, () => api.GET("/api/tasks")));
    return { refreshes: state.refreshes, statuses: results.map(({ response }) => response.status) };
  },

  /** The first answer to one request is held back until another one's renewal is over. */
  async lateRefusal(given: Arguments) {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let first = true;
    const { state, api } = withExpiredToken(given, {
      fetch: async (request) => {
        const late = first;
        first = false;
        const response = await fetch(request);
        if (late) await held;
        return response;
      },
    });
    const late = api.GET("/api/tasks");
    const early = await api.GET("/api/tasks");
    release();
    const statuses = [early.response.status, (await late).response.status];
    return { refreshes: state.refreshes, statuses };
  },

  async uselessRefresh(given: Arguments) {
    const { state, api } = withExpiredToken({ ...given, token: given.expired });
    const results = [await api.GET("/api/tasks"), await api.GET("/api/tasks")];
    return { refreshes: state.refreshes, codes: results.map(({ error }) => errorCode(error)) };
  },

  async noRefresh({ baseUrl, expired }: Arguments) {
    const { state, api } = withExpiredToken({ baseUrl, token: "", expired: "not.a.token" });
    const bad = await api.GET("/api/tasks");
    const without = await createTasksClient({ baseUrl, getToken: async () => expired }).GET("/api/tasks");
    return { refreshes: state.refreshes, codes: [errorCode(bad.error), errorCode(without.error)] };
  },

  async keyOutlivesRefresh(given: Arguments) {
    const { state, api } = withExpiredToken(given);
    const first = await api.POST("/api/tasks", { body: { title: "First" } });
    const second = await api.POST("/api/tasks", { body: { title: "Second" } });
    return { refreshes: state.refreshes, titles: [first.data?.data.title, second.data?.data.title] };
  },

  async keyOutlivesRetry({ baseUrl, token }: Arguments) {
    const ids: unknown[] = [];
    const api = createTasksClient({
      baseUrl,
      getToken: () => token,
      retries: 1,
      fetch: async (request) => {
        const response = await fetch(request);
        if (request.method !== "POST") return response;
        ids.push((await response.clone().json()).data.id);
        return ids.length === 1 ? unavailable("0") : response;
      },
    });
    const created = await api.POST("/api/tasks", { body: { title: "Once" } });
    const listed = await api.GET("/api/tasks");
    const replayed = created.response.headers.get("Idempotency-Replayed");
    return { ids: new Set(ids).size, requests: ids.length, replayed, tasks: listed.data?.data.length };
  },

  async keyOfTheCaller({ baseUrl, token }: Arguments) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    const params = { header: { "Idempotency-Key": "the-caller-s-own" } };
    const first = await api.POST("/api/tasks", { params, body: { title: "Once" } });
    const again = await api.POST("/api/tasks", { params, body: { title: "Once" } });
    const other = await api.POST("/api/tasks", { params, body: { title: "Another" } });
    return {
      same: first.data?.data.id === again.data?.data.id,
      replayed: again.response.headers.get("Idempotency-Replayed"),
      other: errorCode(other.error),
    };
  },

  /** All pages of what the filter fits, and one's own version as the condition of a change. */
  async pagesAndVersions({ baseUrl, token }: Arguments) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    const made: Task[] = [];
    for (const title of ["One", "Two", "Three", "Four"]) {
      made.push((await unwrap(api.POST("/api/tasks", { body: { title } }))).data);
    }
    const [one] = made as [Task];
    const params = { path: { task_id: one.id }, header: ifMatch(one) };
    const done = await unwrap(api.PATCH("/api/tasks/{task_id}", { params, body: { completed: true } }));
    const stale = await unwrap(api.DELETE("/api/tasks/{task_id}", { params })).catch((error: unknown) => error);
    const titles: string[][] = [];
    for await (const page of pages(api, "tasks", { query: { limit: 2, completed: false, sort: "created" } })) {
      titles.push(page.data.map(({ title }) => title));
    }
    const gone = await unwrap(api.DELETE("/api/tasks/{task_id}", { params: { ...params, header: ifMatch(done.data) } }));
    return { titles, stale: (stale as TasksError).code, gone: gone === undefined };
  },

  /** All that is kept, by the API and in two pages, between which a limit is waited for. */
  async exported({ baseUrl, token }: Arguments) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    await unwrap(api.POST("/api/tasks", { body: { title: "Kept" } }));
    const kept: unknown[] = [];
    for await (const { table, row } of exportMe(api)) if (table === "tasks") kept.push(row["title"]);

    const asked: (string | null)[] = [];
    const rows = ["One", "Two", "Three"].map((name) => ({ table: "users", row: { name } }));
    const answers = [
      Response.json({ data: rows.slice(0, 2), meta: { next_cursor: "next" } }),
      Response.json({ error: { code: "RATE_LIMITED" } }, { status: 429, headers: { "Retry-After": "0" } }),
      Response.json({ data: rows.slice(2), meta: { next_cursor: null } }),
    ];
    const fetch = async ({ url }: Request): Promise<Response> => {
      asked.push(new URL(url).searchParams.get("cursor"));
      return answers.shift() ?? Response.error();
    };
    const joined: unknown[] = [];
    const paged = createTasksClient({ baseUrl, getToken: () => token, fetch });
    for await (const { row } of exportMe(paged)) joined.push(row["name"]);
    return { kept, joined, asked };
  },

  /** What unwrap throws has what the API said. */
  async thrown({ baseUrl, token }: Arguments) {
    const api = createTasksClient({ baseUrl, getToken: () => token });
    const created = unwrap(api.POST("/api/tasks", { body: { title: "x".repeat(201) } }));
    const error = await created.then(() => undefined, (thrown: unknown) => thrown);
    if (!(error instanceof TasksError)) throw error;
    const { name, status, code, message, details, requestId, response } = error;
    const same = requestId === response.headers.get("X-Request-Id");
    return { name, status, code, message, details: details.map((fault) => [fault.field, fault.code]), same };
  },
} satisfies Record<string, (given: Arguments & { user: string }) => Promise<unknown>>;

const [, , name, given] = process.argv;
const result = await scenarios[name as keyof typeof scenarios](JSON.parse(given ?? "{}"));
console.log(JSON.stringify(result));
