/**
 * A copy of one collection that is kept offline, by the protocol of docs/sync.md. Three rules keep it right:
 *
 * 1. What its user does waits in the outbox, in order. One batch is in flight, and is repeated unchanged until it is
 *    answered. Whatever is sent was stored before.
 * 2. The copy changes by the feed alone. What has not come back by it is shown on top.
 * 3. When the cursor has expired everything is read anew, and what did not come is dropped.
 *
 * All of it is in the store: a page may go at any time, and two tabs may share one.
 */

import type { RequiredKeysOf } from "openapi-typescript-helpers";

import { batch } from "../batch.js";
import { changes } from "../changes.js";
import type { TasksClient } from "../interface.js";
import type { Batch, BatchAnswer, Collection, Item, Noun, Operation } from "../collections.js";
import { TasksError } from "../errors.js";
import { forgetCursor, takeIn } from "./copy.js";
import { beginAsAnother, land, MOST_OPERATIONS, queue, stateOf, takeOff, turnBack, type Flight } from "./outbox.js";
import { isForGood, isForgotten, refusedOf } from "./refusals.js";
import type { AnyItem, AnyOperation, Store, Tables } from "./store.js";
import { shown } from "./view.js";

/** Of one reading: a feed that begins anew more often does not come to an end. */
const MOST_BEGINNINGS = 20;

type Create<C extends Collection> = Extract<Operation<C>, { op: "create" }>;
/** What the server has not made yet lacks what only the server says; its version is 0. */
export type Shown<C extends Collection> = Partial<Item<C>> &
  Pick<Item<C>, ("id" | "version" | RequiredKeysOf<Create<C>>) & keyof Item<C>>;

/** An operation that was not done, and will not be. */
export interface Conflict<C extends Collection> {
  operation: Operation<C>;
  /** As the batch was answered; `refused` is against the API's rules. */
  status: Exclude<BatchAnswer<C>["data"][number]["status"], "done" | "rolled_back"> | "refused";
  /** Of `stale`: what is there now; missing if it is gone. */
  current?: Item<C>;
  /** Of `refused`: what the API said. */
  error?: unknown;
}

export interface ReplicaOptions<C extends Collection> {
  api: TasksClient;
  collection: C;
  /** What one of them is called: under this name the feed has it. */
  noun: Noun<C>;
  store: Store;
  /**
   * Told of what was not done; nobody else will be. What it gives is queued instead, in the transaction that takes the
   * operation away: if the page goes before, it is told again. Nothing is sent meanwhile: note what only a person can
   * decide, and return.
   */
  onConflict: (conflict: Conflict<C>) => Promise<Operation<C>[] | void> | Operation<C>[] | void;
  /**
   * The server has forgotten this copy, and nobody can tell whether these operations were done. They are done now, as
   * those of a new client: nothing is made twice, but an edit may overwrite what another device has made of it since.
   */
  onUnknown?: (operations: Operation<C>[]) => void;
  /** Something else is shown now. */
  onChange?: () => void;
  /** How often a batch or a page of changes is repeated; when left out, as `batch` and the client do. */
  retries?: number;
}

type Told = Pick<Conflict<Collection>, "status" | "error"> & { operation: AnyOperation; current?: AnyItem };

export class Replica<C extends Collection> {
  readonly #options: ReplicaOptions<C>;
  #most = MOST_OPERATIONS;

  constructor(options: ReplicaOptions<C>) {
    this.#options = options;
  }

  /**
   * Resolves once it is stored, to be sent by the next `sync`. Where overwriting would be wrong, name the `version`
   * that `items` shows at that moment: what one has done before is counted in.
   */
  do(...operations: Operation<C>[]): Promise<void> {
    return this.#step((tables) => queue(tables, operations));
  }

  /** By id, in the order in which they were made. */
  async items(): Promise<Map<string, Shown<C>>> {
    const { store } = this.#options;
    const items = await store.transaction(async (tables) => shown(await tables.items.all(), await tables.outbox.all()));
    return items as Map<string, Shown<C>>;
  }

  /**
   * Send what waits, then read what has changed. What fails here goes on with the next call: `TypeError` without a
   * connection, `TasksError` for an answer such as 401 or 503.
   */
  sync(signal?: AbortSignal): Promise<void> {
    return this.#options.store.exclusively(async () => {
      await this.#push(signal);
      await this.#pull(signal);
    });
  }

  async #push(signal: AbortSignal | undefined): Promise<void> {
    const { api, collection, store, retries } = this.#options;
    const next = (): Promise<Flight | undefined> => store.transaction((tables) => takeOff(tables, this.#most));
    for (let flight = await next(); flight; flight = await next()) {
      const { data, error, response } = await batch(api, collection, flight.body as Batch<C>, { retries, signal });
      if (data) await this.#landed(flight, data as BatchAnswer<C>);
      else if (isForgotten(error)) await this.#forgotten(flight);
      else await this.#refused(flight, error, response);
    }
  }

  async #landed(flight: Flight, { data, current }: BatchAnswer<C>): Promise<void> {
    const instead: AnyOperation[] = [];
    for (const [index, { status }] of data.entries()) {
      if (status === "done" || status === "rolled_back") continue;
      const { operation } = flight.queued[index]!;
      const there = status === "stale" && current.find(({ id }) => id === operation.id);
      instead.push(...(await this.#conflict({ operation, status, ...(there ? { current: there } : {}) })));
    }
    await this.#step((tables) => land(tables, flight, data, instead));
    this.#most = Math.min(2 * this.#most, MOST_OPERATIONS);
  }

  async #forgotten({ queued }: Flight): Promise<void> {
    this.#options.onUnknown?.(queued.map(({ operation }) => operation as Operation<C>));
    await this.#step(beginAsAnother);
  }

  /** Nothing was done, and its number is free. Whichever operation it was for, smaller batches find it out. */
  async #refused(flight: Flight, error: unknown, response: Response): Promise<void> {
    if (!isForGood(error)) throw new TasksError(error, response);
    const refused = refusedOf(flight, error);
    if (refused.length === 0) this.#most = Math.ceil(flight.queued.length / 2);
    const instead: AnyOperation[] = [];
    for (const { operation } of refused) {
      instead.push(...(await this.#conflict({ operation, status: "refused", error })));
    }
    await this.#step((tables) => turnBack(tables, refused, instead));
  }

  async #pull(signal: AbortSignal | undefined, beginnings = 0): Promise<void> {
    const { api, collection, noun, store, retries } = this.#options;
    const { cursor } = await store.transaction(stateOf);
    try {
      for await (const page of changes(api, collection, { after: cursor, retries, signal })) {
        const items = page.changes.map((change) => ({ id: change.id, item: change[noun] as AnyItem | null }));
        await this.#step((tables) => takeIn(tables, { ...page, changes: items }));
      }
    } catch (error) {
      const expired = error instanceof TasksError && error.code === "CURSOR_EXPIRED";
      if (!expired || beginnings === MOST_BEGINNINGS) throw error;
      await store.transaction(forgetCursor);
      await this.#pull(signal, beginnings + 1);
    }
  }

  async #conflict(conflict: Told): Promise<AnyOperation[]> {
    return (await this.#options.onConflict(conflict as Conflict<C>)) ?? [];
  }

  async #step(work: (tables: Tables) => Promise<void>): Promise<void> {
    await this.#options.store.transaction(work);
    this.#options.onChange?.();
  }
}
