import type { Store, Table, Tables } from "./store.js";

const TABLES = ["state", "items", "outbox"];

/**
 * Kept in the browser, where all tabs of an origin share it. Each user and collection needs a database of its own, so
 * name it after both; `indexedDB.deleteDatabase(name)` when they sign out.
 */
export function indexedDbStore(name: string): Store {
  let database: Promise<IDBDatabase> | undefined;
  const forget = (): void => {
    database = undefined;
  };
  return {
    exclusively: async (work) => navigator.locks.request(`@tasks-api/client ${name}`, work),
    async transaction(work) {
      database ??= open(name, forget).catch((error: unknown) => {
        forget();
        throw error;
      });
      return inTransaction(await database, work);
    },
  };
}

/** `closed` is told when the connection ends: the database is being deleted, here or in another tab. */
async function open(name: string, closed: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    for (const table of TABLES) request.result.createObjectStore(table, { keyPath: "key" });
  };
  const database = await answer(request);
  database.onclose = closed;
  database.onversionchange = () => {
    database.close();
    closed();
  };
  return database;
}

/** It ends by itself once nothing is asked of it: `work` may wait for its tables and for nothing else. */
async function inTransaction<R>(database: IDBDatabase, work: (tables: Tables) => Promise<R>): Promise<R> {
  const transaction = database.transaction(TABLES, "readwrite", { durability: "strict" });
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  const table = <Row extends { key: string | number }>(of: string): Table<Row> => {
    const rows = transaction.objectStore(of);
    return {
      get: (key) => answer(rows.get(key)),
      all: () => answer(rows.getAll()),
      put: (row) => answer(rows.put(row)),
      delete: (key) => answer(rows.delete(key)),
    };
  };
  const worked = work({ state: table("state"), items: table("items"), outbox: table("outbox") });
  worked.catch(() => abort(transaction));
  const [result] = await Promise.all([worked, ended]);
  return result;
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself: a request failed.
  }
}

function answer<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
