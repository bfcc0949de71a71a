/** Whose requests they are, and what becomes of them when that changes: `node session.js NAME {}`. */

import { createTasksClient, TasksError, unwrap, type TasksClient, type TasksClientOptions } from "@tasks-api/client";

declare const process: { argv: string[] };

function token(sub: string, more = ""): string {
  return `e30.${btoa(JSON.stringify({ sub, more })).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.x`;
}

const dora = token("dora");
const expired = token("dora", "expired ÿÿÿ");

function server() {
  /** Of each request, whose it was. */
  const seen: (string | null)[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const sent = request.headers.get("Authorization")?.slice("Bearer ".length) ?? null;
    seen.push(sent);
    if (sent === null) return Response.json({ error: { code: "UNAUTHORIZED" } }, { status: 401 });
    if (sent === expired) return Response.json({ error: { code: "TOKEN_EXPIRED" } }, { status: 401 });
    return Response.json({ data: [], meta: { next_cursor: null } });
  };
  return { seen, fetch };
}

function client(options: Partial<TasksClientOptions>) {
  const { seen, fetch } = server();
  const told: string[] = [];
  const api = createTasksClient({
    baseUrl: "http://api.test",
    fetch,
    signedOut: ({ code }) => told.push(code ?? "none"),
    ...options,
  } as TasksClientOptions);
  return { api, seen, told };
}

async function outcome(api: TasksClient): Promise<unknown> {
  return unwrap(api.GET("/api/tasks")).then(() => "ok", failure);
}

function failure(error: unknown): string {
  if (error instanceof TasksError) return `${error.status} ${error.code}`;
  return (error as Error).name;
}

const three = (api: TasksClient): Promise<unknown[]> => Promise.all([outcome(api), outcome(api), outcome(api)]);

const scenarios = {
  async firstToken() {
    let refreshes = 0;
    let current: string | null = null;
    const given = client({
      getToken: () => current,
      refreshToken: async () => {
        refreshes += 1;
        current = dora;
      },
    });
    const outcomes = await three(given.api);
    return { outcomes, refreshes, right: given.seen.every((sent) => sent === dora), told: given.told };
  },

  async keptToken() {
    let refreshes = 0;
    const { api, seen } = client({ user: "dora", refreshToken: async () => (refreshes++ ? dora : expired) });
    const outcomes = [await outcome(api), await outcome(api)];
    return { outcomes, refreshes, sent: seen.map((sent) => sent === dora) };
  },

  /** A token that was kept from before. */
  async anotherUsersToken() {
    const { api, seen, told } = client({ user: "eve", getToken: () => dora });
    return { outcomes: await three(api), seen, told };
  },

  /** Dora's requests are under way when Eve signs in. */
  async refreshedAsAnother() {
    let current = expired;
    const { api, seen, told } = client({
      getToken: () => current,
      refreshToken: async () => {
        current = token("eve");
      },
    });
    const outcomes = [...(await three(api)), await outcome(api)];
    return { outcomes, foreign: seen.filter((sent) => sent !== expired), told };
  },

  async nobody() {
    let given: string | null = null;
    const { api, seen, told } = client({ refreshToken: async () => given });
    const outcomes = [...(await three(api)), await outcome(api)];
    const before = [...told];
    given = dora;
    const later = await outcome(api);
    return { outcomes, before, later, requests: seen.length };
  },

  async failing() {
    const { api, told } = client({
      getToken: () => expired,
      refreshToken: async () => {
        throw new Error("the session is over");
      },
    });
    const errors = await Promise.all(
      [1, 2].map(() => api.GET("/api/tasks").catch((error: TasksError) => error as unknown)),
    );
    const [one, other] = errors as [TasksError, TasksError];
    return { one: one === other, message: one.message, cause: (one.cause as Error).message, told };
  },

  async withoutAConnection() {
    let refreshes = 0;
    const { api, told } = client({
      retries: 0,
      refreshToken: async () => {
        if (refreshes++ === 0) throw new TypeError("fetch failed");
        return dora;
      },
    });
    return { outcomes: [await outcome(api), await outcome(api)], told };
  },

  async hangingRefresh() {
    let refreshes = 0;
    const refreshToken = (): Promise<string> => {
      refreshes += 1;
      return refreshes === 1 ? new Promise(() => undefined) : Promise.resolve(dora);
    };
    const { api, told } = client({ retries: 0, timeout: 50, refreshToken });
    // A time-out by itself keeps no process alive.
    const alive = setInterval(() => undefined, 1000);
    const first = await outcome(api);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const outcomes = [first, await outcome(api)];
    clearInterval(alive);
    return { outcomes, refreshes, told };
  },

  async closed() {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let requests = 0;
    const { api, told } = client({
      getToken: () => dora,
      fetch: async () => {
        requests += 1;
        await held;
        return Response.json({ data: ["Dora's"] });
      },
    });
    const under = outcome(api);
    await new Promise((resolve) => setTimeout(resolve, 10));
    api.close();
    release();
    return { outcomes: [await under, await outcome(api)], requests, told };
  },

  /** It was asked for a token while the session ended; then there is another one's. */
  async closedMeanwhile() {
    let release: (token: string) => void = () => undefined;
    const given = new Promise<string>((resolve) => (release = resolve));
    const { api, seen, told } = client({ user: "dora", refreshToken: () => given });
    const under = outcome(api);
    await new Promise((resolve) => setTimeout(resolve, 10));
    api.close();
    release(token("eve"));
    const outcomes = [await under];
    await new Promise((resolve) => setTimeout(resolve, 10));
    return { outcomes, seen, told };
  },
} satisfies Record<string, () => Promise<unknown>>;

const [, , name] = process.argv;
console.log(JSON.stringify(await scenarios[name as keyof typeof scenarios]()));
