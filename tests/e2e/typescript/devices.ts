/** Devices of one user, each with a replica of their tasks; their network is as the scenario wants it. */

import { createTasksClient, type Item, type Operation } from "@tasks-api/client";
import { Replica, type Conflict, type Store } from "@tasks-api/client/replica";

export interface Arguments {
  baseUrl: string;
  token: string;
  /** The same name is the same store, as it is after a reload. */
  store: (name: string) => Store;
}

interface Sent {
  client_id: string;
  seq: number;
  operations: Operation<"tasks">[];
}

export type Network = (request: Request, next: () => Promise<Response>) => Promise<Response>;

/** Its replica, what that was told, and what it sent. */
export class Device {
  readonly sent: Sent[] = [];
  readonly replayed: boolean[] = [];
  readonly conflicts: Conflict<"tasks">[] = [];
  readonly unknown: Operation<"tasks">[][] = [];
  readonly replica: Replica<"tasks">;
  changes = 0;
  network: Network = online;
  resolve: (conflict: Conflict<"tasks">) => Operation<"tasks">[] | void = () => undefined;

  constructor(
    readonly given: Arguments,
    readonly name: string,
  ) {
    const { baseUrl, token, store } = given;
    const api = createTasksClient({ baseUrl, getToken: () => token, fetch: (request) => this.#fetch(request) });
    this.replica = new Replica({
      api,
      collection: "tasks",
      noun: "task",
      store: store(name),
      retries: 0,
      onChange: () => (this.changes += 1),
      onUnknown: (operations) => this.unknown.push(operations),
      onConflict: (conflict) => {
        this.conflicts.push(conflict);
        return this.resolve(conflict);
      },
    });
  }

  async #fetch(request: Request): Promise<Response> {
    const batch = request.method === "POST";
    if (batch) this.sent.push(await request.clone().json());
    const response = await this.network(request, () => fetch(request));
    if (batch && response.ok) this.replayed.push((await response.clone().json()).meta.replayed);
    return response;
  }

  /** The same device after a reload: of what was in memory, nothing is left. */
  reloaded(): Device {
    return new Device(this.given, this.name);
  }

  /** The name of what it fails with. */
  async failing(): Promise<string> {
    return this.replica.sync().then(
      () => "no failure",
      (error: Error) => error.name,
    );
  }

  async titles(): Promise<(string | undefined)[]> {
    return [...(await this.replica.items()).values()].map(({ title }) => title);
  }

  /** What is shown, against what the server has. */
  async agrees(): Promise<boolean> {
    const shown = [...(await this.replica.items()).values()].map(sorted);
    return JSON.stringify(shown) === JSON.stringify(await this.server());
  }

  /** All of the server's tasks, in the order in which they were made. */
  async server(): Promise<unknown[]> {
    const { baseUrl, token } = this.given;
    const api = createTasksClient({ baseUrl, getToken: () => token });
    const tasks: Item<"tasks">[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = { sort: "created" as const, limit: 100, ...(cursor === undefined ? {} : { cursor }) };
      const { data } = await api.GET("/api/tasks", { params: { query } });
      if (!data) throw new Error("the list was not answered");
      tasks.push(...data.data);
      cursor = data.meta.next_cursor;
    }
    return tasks.map(sorted);
  }
}

export const online: Network = (_, next) => next();

/** No connection: the request does not get there. */
export const offline: Network = async () => {
  throw new TypeError("no connection");
};

/** The request gets there, and its answer does not come back. */
export const lostAnswer: Network = async (_, next) => {
  await next();
  throw new TypeError("connection lost");
};

function sorted(task: object): unknown {
  return Object.fromEntries(Object.entries(task).sort(([a], [b]) => (a < b ? -1 : 1)));
}
