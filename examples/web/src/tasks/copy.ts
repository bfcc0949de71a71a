/** One user's tasks on this machine: what they do is stored at once, and goes to the API when there is a connection. */

import { createTasksClient, TasksError, unwrap, uuid7, type TasksClient } from "@tasks-api/client";
import { indexedDbStore, Replica, type Conflict, type Store } from "@tasks-api/client/replica";

import { freshToken } from "../session/auth";
import { decide } from "./merge";
import { Notebook, type OpenConflict } from "./notebook";
import { SyncLoop } from "./sync-loop";
import { fieldsOf, type Fields, type ShownTask } from "./task";

/** What there is to see. */
export interface Shown {
  /** Newest first. */
  tasks: ShownTask[];
  /** Of those that are not all at the server yet. */
  waiting: Set<string>;
  conflicts: OpenConflict[];
}

export const NOTHING: Shown = { tasks: [], waiting: new Set(), conflicts: [] };

export interface Listener {
  changed: () => void;
  signedOut: () => void;
  /** Something could not be kept; in words. */
  lost: (words: string) => void;
}

export class TaskCopy {
  readonly loop = new SyncLoop(() => this.#sync());
  readonly #name: string;
  readonly #listener: Listener;
  readonly #api: TasksClient;
  readonly #store: Store;
  readonly #replica: Replica<"tasks">;
  readonly #notebook: Notebook;
  /** The other tabs of this user. */
  readonly #tabs: BroadcastChannel;
  #closed = false;

  constructor(user: string, listener: Listener) {
    this.#name = nameOf(user);
    this.#listener = listener;
    this.#notebook = new Notebook(user);
    this.#store = indexedDbStore(this.#name);
    this.#api = createTasksClient({
      baseUrl: location.origin,
      user,
      refreshToken: freshToken,
      signedOut: listener.signedOut,
      retries: 0, // the loop says what is in the way, and tries again
    });
    this.#replica = new Replica({
      api: this.#api,
      collection: "tasks",
      noun: "task",
      store: this.#store,
      retries: 0,
      onConflict: (conflict) => this.#decide(conflict),
      onChange: () => this.#changed(),
    });
    this.#tabs = new BroadcastChannel(this.#name);
    this.#tabs.onmessage = () => listener.changed();
  }

  start(): void {
    this.loop.start();
  }

  /** Nothing is sent any more; all that was done stays for the next time. */
  close(): void {
    this.#closed = true;
    this.loop.stop();
    this.#api.close();
    this.#tabs.close();
  }

  /** Leaves nothing of this user on the machine. */
  forget(): void {
    this.close();
    this.#notebook.forget();
    indexedDB.deleteDatabase(this.#name);
  }

  async shown(): Promise<Shown> {
    // To look would make anew what was forgotten.
    if (this.#closed) return NOTHING;
    const items = await this.#replica.items();
    const waiting = await waitingIn(this.#store);
    const { conflicts, wishes } = this.#notebook.read();
    for (const { task, edit } of wishes) {
      items.set(task.id, { ...task, ...edit });
      waiting.add(task.id);
    }
    const tasks = [...items.values()].sort((one, other) => (one.id < other.id ? 1 : -1));
    return { tasks, waiting, conflicts };
  }

  create(fields: Fields): Promise<void> {
    return this.#do({ op: "create", id: uuid7(), ...fields });
  }

  /** Only what differs is sent: the other fields may be somebody else's by now. */
  async edit(task: ShownTask, fields: Fields): Promise<void> {
    const before = fieldsOf(task);
    const changed = (Object.keys(fields) as (keyof Fields)[]).filter((name) => fields[name] !== before[name]);
    if (changed.length === 0) return;
    const pick = (from: Fields) => Object.fromEntries(changed.map((name) => [name, from[name]]));
    this.#notebook.editFrom(task, pick(before));
    await this.#do({ op: "patch", id: task.id, version: task.version, patch: pick(fields) });
  }

  complete(task: ShownTask, completed: boolean): Promise<void> {
    return this.#do({ op: "complete", id: task.id, completed });
  }

  remove(task: ShownTask): Promise<void> {
    this.#notebook.granted(task.id);
    return this.#do({ op: "delete", id: task.id });
  }

  /** Bring back what was removed, as soon as there is a connection. */
  undo(task: ShownTask): void {
    this.#notebook.wish({ task });
    this.#changed();
    this.loop.now();
  }

  async resolve(conflict: OpenConflict, keep: "mine" | "theirs"): Promise<void> {
    const { id, mine, theirs, title } = conflict;
    this.#notebook.answered(id);
    if (keep === "mine" && theirs) await this.#do({ op: "patch", id, version: theirs.version, patch: mine });
    if (keep === "mine" && !theirs) this.#notebook.wish({ task: { id, version: 0, title }, edit: mine });
    this.#changed();
    this.loop.now();
  }

  async #do(operation: Parameters<Replica<"tasks">["do"]>[0]): Promise<void> {
    await this.#replica.do(operation);
    this.loop.now();
  }

  async #sync(): Promise<void> {
    const began = Date.now();
    await this.#replica.sync();
    if (await this.#grant()) await this.#replica.sync();
    this.#notebook.settle(began);
  }

  /** Whether anything was brought back. */
  async #grant(): Promise<boolean> {
    const { wishes } = this.#notebook.read();
    for (const { task, edit } of wishes) {
      try {
        await unwrap(this.#api.POST("/api/tasks/{task_id}/restore", { params: { path: { task_id: task.id } } }));
      } catch (error) {
        if (!(error instanceof TasksError) || !FOR_GOOD.has(error.code ?? "")) throw error;
        if (error.code !== "NOT_DELETED") this.#listener.lost(`“${task.title}” could not be brought back.`);
      }
      this.#notebook.granted(task.id);
      if (edit) await this.#replica.do({ op: "patch", id: task.id, patch: edit });
    }
    return wishes.length > 0;
  }

  #decide(conflict: Conflict<"tasks">): ReturnType<ConstructorParameters<typeof Replica<"tasks">>[0]["onConflict"]> {
    const base = this.#notebook.read().bases[conflict.operation.id]?.fields ?? {};
    const decision = decide(conflict, base);
    if ("instead" in decision) return decision.instead;
    if ("ask" in decision) this.#notebook.ask(decision.ask);
    else this.#listener.lost(decision.lost);
    return [];
  }

  #changed(): void {
    if (this.#closed) return;
    this.#listener.changed();
    this.#tabs.postMessage("changed");
  }
}

const FOR_GOOD = new Set(["NOT_DELETED", "NOT_FOUND", "QUOTA_EXCEEDED"]);

const nameOf = (user: string): string => `tasks-example:${user}`;

/** Which tasks of a user, whose copy is not open, have changes that wait. */
export function waitingOf(user: string): Promise<Set<string>> {
  return waitingIn(indexedDbStore(nameOf(user)));
}

function waitingIn(store: Store): Promise<Set<string>> {
  return store.transaction(async ({ state, outbox }) => {
    const answered = (await state.get(0))?.answered ?? 0;
    const rows = (await outbox.all()).filter(({ key }) => key > answered);
    return new Set(rows.map(({ operation }) => operation.id));
  });
}
