/** Where a replica keeps what it has: a small database. Whatever its collection is, these are its rows. */

export interface AnyItem {
  id: string;
  version: number;
}

export interface AnyOperation {
  op: string;
  id: string;
  version?: number;
  patch?: object;
}

/** What the server has said. */
export interface Kept {
  /** The item's id. */
  key: string;
  item: AnyItem;
  /** The reading from the beginning in which it came, or after which. */
  reading: number;
}

/** What its user has done, and what has not come back by the feed yet. */
export interface Queued {
  /** They count up, and never begin anew. */
  key: number;
  operation: AnyOperation;
  /** There once it was done: by how much it has raised the item's version. */
  raised?: number;
}

export interface State {
  key: 0;
  client_id: string;
  /** Of the last batch that was answered. */
  seq: number;
  /** The keys in the outbox: of the last one given, the last one answered, and the last of the batch in flight. */
  given: number;
  answered: number;
  flight?: number;
  /** How far the feed was read; without it the next reading is from the beginning. */
  cursor?: string;
  reading: number;
  /** Whether that reading has come to its end; until then there may be items left of the one before. */
  whole: boolean;
}

/** Rows by their `key`. What is put in or got out is a copy. */
export interface Table<Row extends { key: string | number }> {
  get(key: Row["key"]): Promise<Row | undefined>;
  /** In the order of their keys. */
  all(): Promise<Row[]>;
  put(row: Row): Promise<unknown>;
  delete(key: Row["key"]): Promise<unknown>;
}

export interface Tables {
  state: Table<State>;
  items: Table<Kept>;
  outbox: Table<Queued>;
}

export interface Store {
  /** Resolves with what `work` gives, once all that it wrote is on the disk. If it throws, nothing of it is. */
  transaction<Result>(work: (tables: Tables) => Promise<Result>): Promise<Result>;
  /** One at a time, of all that have this store open. Between its transactions those of others may come. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
}
