/** What waits to be sent, and what becomes of it. Each function is a step, done within one transaction of the store. */

import type { AnyOperation, Queued, State, Tables } from "./store.js";

export const MOST_OPERATIONS = 100;
/** The API takes 256 KiB; this leaves room for what stands around the operations. */
const MOST_BYTES = 255 * 1024;

/** The batch in flight. */
export interface Flight {
  queued: Queued[];
  body: { client_id: string; seq: number; operations: AnyOperation[] };
}
export interface Result {
  status: string;
  revision: number | null;
}

export async function stateOf({ state }: Tables): Promise<State> {
  const anew = { seq: 0, given: 0, answered: 0, reading: 0, whole: false };
  return (await state.get(0)) ?? { key: 0, client_id: crypto.randomUUID(), ...anew };
}

export async function queue(tables: Tables, operations: readonly AnyOperation[]): Promise<void> {
  const state = await stateOf(tables);
  for (const operation of operations) await tables.outbox.put({ key: (state.given += 1), operation });
  await tables.state.put(state);
}

/** The batch in flight, as it was sent before; or the next one, with at most so many operations. */
export async function takeOff(tables: Tables, most: number): Promise<Flight | undefined> {
  const state = await stateOf(tables);
  const waiting = (await tables.outbox.all()).filter(({ key }) => key > state.answered);
  const { client_id, seq, flight = fitting(waiting, most).at(-1)?.key } = state;
  if (flight === undefined) return undefined;
  await tables.state.put({ ...state, flight });
  const queued = waiting.filter(({ key }) => key <= flight);
  return { queued, body: { client_id, seq: seq + 1, operations: queued.map(({ operation }) => written(operation)) } };
}

/** What was done stays until the feed has it; `more` is queued instead of what was not. */
export async function land(tables: Tables, flight: Flight, results: Result[], more: AnyOperation[]): Promise<void> {
  const { flight: last = 0, ...state } = await stateOf(tables);
  await tables.state.put({ ...state, seq: flight.body.seq, answered: last });
  const raises = new Map<string, number>();
  for (const [index, { status, revision }] of results.entries()) {
    const row = flight.queued[index]!;
    const { op, id } = row.operation;
    const raised = op === "create" || revision !== null ? 1 : 0;
    if (status === "done") raises.set(id, (raises.get(id) ?? 0) + raised);
    await (status === "done" ? tables.outbox.put({ ...row, raised }) : tables.outbox.delete(row.key));
  }
  await raise(tables, raises);
  await queue(tables, more);
}

/** Who named the version that they saw has not seen their own changes go through: those make it another one. */
async function raise({ outbox }: Tables, raises: Map<string, number>): Promise<void> {
  for (const row of await outbox.all()) {
    const { id, version } = row.operation;
    const by = raises.get(id);
    if (version !== undefined && by) {
      await outbox.put({ ...row, operation: { ...row.operation, version: version + by } });
    }
  }
}

/** The API has refused the batch as it is; these of its operations, if any, do not come again. */
export async function turnBack(tables: Tables, refused: Queued[], more: AnyOperation[]): Promise<void> {
  const { flight: _, ...state } = await stateOf(tables);
  await tables.state.put(state);
  for (const { key } of refused) await tables.outbox.delete(key);
  await queue(tables, more);
}

/** A new client, which sends first what was in flight. */
export async function beginAsAnother(tables: Tables): Promise<void> {
  const { flight: _, ...state } = await stateOf(tables);
  await tables.state.put({ ...state, client_id: crypto.randomUUID(), seq: 0 });
}

/** An operation that names a version waits until those before it, on the same item, are answered: see `raise`. */
function fitting(waiting: readonly Queued[], most: number): Queued[] {
  const fits: Queued[] = [];
  const touched = new Set<string>();
  let bytes = 0;
  for (const row of waiting.slice(0, most)) {
    const { id, version } = row.operation;
    bytes += new TextEncoder().encode(JSON.stringify(row.operation)).length + 1;
    if (fits.length > 0 && (bytes > MOST_BYTES || (version !== undefined && touched.has(id)))) break;
    touched.add(id);
    fits.push(row);
  }
  return fits;
}

/** What was shown before the server had it has version 0, which nothing has there. */
function written(operation: AnyOperation): AnyOperation {
  const { version, ...rest } = operation;
  return version === 0 ? rest : operation;
}
