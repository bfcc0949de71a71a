import type { Store, Table, Tables } from "./store.js";

/** Forgets everything with the page, or the process: for tests, and where nothing may be kept. */
export function memoryStore(): Store {
  let kept = { state: new Map(), items: new Map(), outbox: new Map() };
  const inTurn = turns();
  return {
    exclusively: turns(),
    transaction: (work) =>
      inTurn(async () => {
        const copy = { state: new Map(kept.state), items: new Map(kept.items), outbox: new Map(kept.outbox) };
        const tables: Tables = { state: table(copy.state), items: table(copy.items), outbox: table(copy.outbox) };
        const result = await work(tables);
        kept = copy;
        return result;
      }),
  };
}

/** Each begins when the one before has ended, however it did. */
function turns(): Store["exclusively"] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

function table<Row extends { key: string | number }>(rows: Map<Row["key"], Row>): Table<Row> {
  return {
    get: async (key) => structuredClone(rows.get(key)),
    all: async () => structuredClone([...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1))),
    put: async (row) => rows.set(row.key, structuredClone(row)),
    delete: async (key) => rows.delete(key),
  };
}
