/** What a replica has to stand, with whichever store: `node replica.js NAME ARGUMENTS`, or called by a page. */

import { batch, createTasksClient, uuid7, type Operation } from "@tasks-api/client";
import { memoryStore, type Store } from "@tasks-api/client/replica";

import { Device, lostAnswer, offline, online, type Arguments } from "./devices.js";

declare const process: { argv: string[] } | undefined;

type Task = Operation<"tasks">;

function create(title: string, more: object = {}): Task {
  return { op: "create", id: uuid7(), title, ...more };
}

async function deleteAccount({ baseUrl, token }: Arguments): Promise<void> {
  await createTasksClient({ baseUrl, getToken: () => token }).DELETE("/api/me");
}

export const scenarios = {
  async offlineEdits(given: Arguments) {
    const device = new Device(given, "one");
    device.network = offline;
    const milk = create("Milk");
    const bread = create("Bread", { description: "rye" });
    await device.replica.do(milk, bread);
    await device.replica.do({ op: "patch", id: milk.id, patch: { title: "Oat milk" } });
    await device.replica.do({ op: "complete", id: milk.id, completed: true }, { op: "delete", id: bread.id });
    const failed = await device.failing();

    const reloaded = device.reloaded();
    const shown = [...(await reloaded.replica.items()).values()];
    await reloaded.replica.sync();

    const agrees = await reloaded.agrees();
    return { failed, shown: shown.map(({ title, completed, version }) => ({ title, completed, version })), agrees };
  },

  async reloadInTheMiddleOfABatch(given: Arguments) {
    const device = new Device(given, "one");
    await device.replica.do(create("Milk"));
    device.network = lostAnswer;
    const failed = await device.failing();
    const afterwards = device.reloaded();
    await afterwards.replica.do(create("Bread"));
    await afterwards.replica.sync();

    const same = JSON.stringify(device.sent[0]) === JSON.stringify(afterwards.sent[0]);
    const titles = await afterwards.titles();
    return { failed, same, replayed: afterwards.replayed, titles, agrees: await afterwards.agrees() };
  },

  /** The request did not get there either, and what was done meanwhile is no part of it. */
  async reloadBeforeABatchArrives(given: Arguments) {
    const device = new Device(given, "one");
    await device.replica.do(create("Milk"));
    device.network = offline;
    await device.failing();
    const afterwards = device.reloaded();
    await afterwards.replica.do(create("Bread"));
    await afterwards.replica.sync();

    const numbers = afterwards.sent.map(({ seq, operations }) => [seq, operations.length]);
    return { numbers, replayed: afterwards.replayed };
  },

  async fieldsAreMerged(given: Arguments) {
    const [phone, laptop] = [new Device(given, "phone"), new Device(given, "laptop")];
    const milk = create("Milk");
    await phone.replica.do(milk);
    await phone.replica.sync();
    await laptop.replica.sync();
    await phone.replica.do({ op: "patch", id: milk.id, patch: { title: "Oat milk" } });
    await laptop.replica.do({ op: "patch", id: milk.id, patch: { description: "two litres" } });
    for (const device of [phone, laptop, phone]) await device.replica.sync();

    const [shown] = (await phone.replica.items()).values();
    const agree = [await phone.agrees(), await laptop.agrees()];
    return { title: shown?.title, description: shown?.description, version: shown?.version, agree };
  },

  async deletion(given: Arguments) {
    const [phone, laptop] = [new Device(given, "phone"), new Device(given, "laptop")];
    const [milk, bread] = [create("Milk"), create("Bread")];
    await phone.replica.do(milk, bread);
    await phone.replica.sync();
    await laptop.replica.sync();
    await phone.replica.do({ op: "delete", id: milk.id });
    await phone.replica.sync();
    await laptop.replica.do({ op: "patch", id: milk.id, patch: { title: "Oat milk" } }, { op: "delete", id: milk.id });
    const shown = await laptop.titles();
    await laptop.replica.sync();

    const conflicts = laptop.conflicts.map(({ operation, ...conflict }) => [operation.op, conflict]);
    return { shown, titles: await laptop.titles(), conflicts, agree: [await phone.agrees(), await laptop.agrees()] };
  },

  async conflict(given: Arguments) {
    const [phone, laptop] = [new Device(given, "phone"), new Device(given, "laptop")];
    const milk = create("Milk");
    await phone.replica.do(milk);
    await phone.replica.sync();
    await laptop.replica.sync();
    const version = (await laptop.replica.items()).get(milk.id)?.version ?? 0;
    await phone.replica.do({ op: "patch", id: milk.id, patch: { title: "Oat milk" } });
    await phone.replica.sync();
    laptop.resolve = ({ current }) =>
      current && [{ op: "patch", id: milk.id, version: current.version, patch: { title: `${current.title}, or soy` } }];
    await laptop.replica.do({ op: "patch", id: milk.id, version, patch: { title: "Soy milk" } });
    await laptop.replica.sync();
    await phone.replica.sync();

    const conflicts = laptop.conflicts.map(({ status, current }) => [status, current?.title]);
    return { conflicts, titles: await phone.titles(), agree: [await phone.agrees(), await laptop.agrees()] };
  },

  /** What was not done is shown no longer, although the feed does not come. */
  async conflictThatIsDropped(given: Arguments) {
    const [phone, laptop] = [new Device(given, "phone"), new Device(given, "laptop")];
    const milk = create("Milk");
    await phone.replica.do(milk);
    await phone.replica.sync();
    await laptop.replica.sync();
    await phone.replica.do({ op: "patch", id: milk.id, patch: { title: "Oat milk" } });
    await phone.replica.sync();
    await laptop.replica.do({ op: "patch", id: milk.id, version: 1, patch: { title: "Soy milk" } });
    const before = await laptop.titles();
    laptop.network = async (request, next) => (request.method === "GET" ? offline : online)(request, next);
    const failed = await laptop.failing();
    return { before, failed, titles: await laptop.titles() };
  },

  /** The page went while it was told of the conflict: the next one is told again, and it is resolved once. */
  async conflictThatNobodyHeard(given: Arguments) {
    const [phone, laptop] = [new Device(given, "phone"), new Device(given, "laptop")];
    const milk = create("Milk");
    await phone.replica.do(milk);
    await phone.replica.sync();
    await laptop.replica.sync();
    await phone.replica.do({ op: "patch", id: milk.id, patch: { title: "Oat milk" } });
    await phone.replica.sync();
    await laptop.replica.do({ op: "patch", id: milk.id, version: 1, patch: { title: "Soy milk" } });
    laptop.resolve = () => {
      throw new Error("the page went");
    };
    const failed = await laptop.failing();
    const reloaded = laptop.reloaded();
    reloaded.resolve = () => [create("Soy milk")];
    await reloaded.replica.sync();

    const told = reloaded.conflicts.length;
    return { failed, told, titles: await reloaded.titles(), agrees: await reloaded.agrees() };
  },

  /** Naming the version that is shown, one never conflicts with oneself. */
  async ownChanges(given: Arguments) {
    const device = new Device(given, "one");
    const milk = create("Milk");
    const rename = async (title: string): Promise<number | undefined> => {
      const { version } = (await device.replica.items()).get(milk.id) ?? { version: -1 };
      await device.replica.do({ op: "patch", id: milk.id, version, patch: { title } });
      return version;
    };
    await device.replica.do(milk);
    const seen = [await rename("Oat milk"), await rename("Oat milk"), await rename("Soy milk")];
    device.network = async (request, next) => {
      if (request.method === "GET") throw new TypeError("no connection");
      return next();
    };
    // What was answered and has not come back by the feed is counted too.
    const failed = await device.failing();
    seen.push(await rename("Rice milk"));
    device.network = (_, next) => next();
    await device.replica.sync();
    seen.push(await rename("Milk"));
    await device.replica.sync();

    const batches = device.sent.map(({ operations }) => operations.map((task) => "version" in task && task.version));
    return { failed, seen, batches, conflicts: device.conflicts.length, agrees: await device.agrees() };
  },

  /** What is done while a batch is under way, or while the feed is read, waits for the next. */
  async editsMeanwhile(given: Arguments) {
    const device = new Device(given, "one");
    const milk = create("Milk");
    await device.replica.do(milk);
    const edits: Record<string, string> = { POST: "Oat milk", GET: "Soy milk" };
    device.network = async (request, next) => {
      const { [request.method]: title } = edits;
      delete edits[request.method];
      if (title !== undefined) await device.replica.do({ op: "patch", id: milk.id, patch: { title } });
      return next();
    };
    await device.replica.sync();
    const titles = await device.titles();
    device.network = online;
    await device.replica.sync();

    const named = (task: Task): string | undefined => ("patch" in task ? task.patch.title : task.op);
    const sent = device.sent.map(({ operations }) => operations.map(named));
    return { titles, sent, agrees: await device.agrees() };
  },

  /** It is forgotten because a hundred others came after it; its task is there, and was changed. */
  async forgottenClient(given: Arguments) {
    const device = new Device(given, "one");
    const [bread, milk] = [create("Bread"), create("Milk")];
    await device.replica.do(bread);
    await device.replica.sync();
    await device.replica.do(milk);
    await device.replica.do({ op: "patch", id: milk.id, version: 0, patch: { title: "Oat milk" } });
    device.network = lostAnswer;
    await device.failing();
    const api = createTasksClient({ baseUrl: given.baseUrl, getToken: () => given.token });
    for (let client = 0; client < 100; client += 1) {
      const operations = [{ op: "patch" as const, id: milk.id, patch: { title: "Soy milk" } }];
      await batch(api, "tasks", { client_id: crypto.randomUUID(), seq: 1, operations });
    }
    device.network = online;
    await device.replica.sync();

    const told = device.unknown.map((operations) => operations.length);
    const conflicts = device.conflicts.map(({ status, current }) => [status, current?.title]);
    return { told, conflicts, titles: await device.titles(), agrees: await device.agrees() };
  },

  /** The feed is broken off before it has all of them. */
  async ownChangesStay(given: Arguments) {
    const device = new Device(given, "one");
    await device.replica.do(create("Milk"), create("Bread"));
    let pages = 0;
    device.network = async (request, next) => {
      if (request.method === "POST") return next();
      if ((pages += 1) > 1) throw new TypeError("no connection");
      return fetch(new Request(request.url.replace("limit=100", "limit=1"), request));
    };
    const failed = await device.failing();
    return { failed, titles: await device.titles() };
  },

  /** What follows on a create that failed is told too, and makes nothing. */
  async ownChangesOfWhatIsNot(given: Arguments) {
    const device = new Device(given, "one");
    const [milk, long] = [create("Milk"), create("x".repeat(201))];
    await device.replica.do(long, milk);
    await device.replica.do({ op: "patch", id: long.id, version: 0, patch: { title: "Bread" } });
    await device.replica.do({ op: "patch", id: milk.id, version: 0, patch: { title: "Oat milk" } });
    await device.replica.sync();
    const conflicts = device.conflicts.map(({ operation, status }) => [operation.op, status]);
    return { conflicts, titles: await device.titles(), agrees: await device.agrees() };
  },

  /** Nobody's change is overwritten unseen, although one's own came in between. */
  async ownChangesHideNobodysElse(given: Arguments) {
    const [phone, laptop] = [new Device(given, "phone"), new Device(given, "laptop")];
    const milk = create("Milk");
    await phone.replica.do(milk);
    await phone.replica.sync();
    await laptop.replica.sync();
    await phone.replica.do({ op: "patch", id: milk.id, patch: { description: "two litres" } });
    await phone.replica.sync();
    await laptop.replica.do({ op: "complete", id: milk.id, completed: true });
    await laptop.replica.do({ op: "delete", id: milk.id, version: 1 });
    await laptop.replica.sync();

    const conflicts = laptop.conflicts.map((told) => [told.operation.op, told.status, told.current?.description]);
    return { conflicts, agrees: await laptop.agrees() };
  },

  /** The account is another one: all is read anew, and what does not come is dropped. */
  async expiredCursor(given: Arguments) {
    const [phone, laptop] = [new Device(given, "phone"), new Device(given, "laptop")];
    await phone.replica.do(...Array.from({ length: 3 }, (_, number) => create(`Old ${number}`)));
    await phone.replica.sync();
    await laptop.replica.sync();
    await deleteAccount(given);
    const tablet = new Device(given, "tablet");
    await tablet.replica.do(create("New"));
    await tablet.replica.sync();

    const cursors: boolean[] = [];
    laptop.network = async (request, next) => {
      cursors.push(new URL(request.url).searchParams.has("after"));
      return next();
    };
    await laptop.replica.sync();
    return { cursors, titles: await laptop.titles(), agrees: await laptop.agrees() };
  },

  /** A server that says of every cursor that it has expired, and of none too, is not asked for ever. */
  async feedWithoutEnd(given: Arguments) {
    const device = new Device(given, "one");
    let asked = 0;
    device.network = async () => {
      asked += 1;
      const error = { code: "CURSOR_EXPIRED", message: "", details: [], request_id: "" };
      return Response.json({ error }, { status: 410 });
    };
    return { failed: await device.failing(), asked };
  },

  /** What was shown is shown until the new copy is complete, which it is even after a reload. */
  async readingThatIsBrokenOff(given: Arguments) {
    const [phone, laptop] = [new Device(given, "phone"), new Device(given, "laptop")];
    await phone.replica.do(create("Old"));
    await phone.replica.sync();
    await laptop.replica.sync();
    await deleteAccount(given);
    const tablet = new Device(given, "tablet");
    await tablet.replica.do(create("First"), create("Second"));
    await tablet.replica.sync();

    let answers = 0;
    laptop.network = async (request, next) => {
      if ((answers += 1) > 2) throw new TypeError("no connection");
      return answers === 1 ? next() : fetch(new Request(request.url.replace("limit=100", "limit=1"), request));
    };
    const failed = await laptop.failing();
    const halfway = await laptop.titles();
    const reloaded = laptop.reloaded();
    await reloaded.replica.sync();
    return { failed, halfway, titles: await reloaded.titles(), agrees: await reloaded.agrees() };
  },

  async unknownClient(given: Arguments) {
    const device = new Device(given, "one");
    await device.replica.do(create("Milk"));
    await device.replica.sync();
    await deleteAccount(given);
    await device.replica.do(create("Bread"));
    device.network = offline;
    await device.failing();
    const reloaded = device.reloaded();
    await reloaded.replica.sync();

    const [refused, repeated] = reloaded.sent;
    return {
      told: reloaded.unknown.map((operations) => operations.length),
      numbers: [refused?.seq, repeated?.seq],
      another: refused?.client_id !== repeated?.client_id,
      same: JSON.stringify(refused?.operations) === JSON.stringify(repeated?.operations),
      titles: await reloaded.titles(),
      agrees: await reloaded.agrees(),
    };
  },

  /** A store that was copied, as a backup is: two devices with one client_id go on as two clients, and lose nothing. */
  async copiedStore(given: Arguments) {
    const original = new Device(given, "original");
    await original.replica.do(create("Milk"));
    await original.replica.sync();
    for (const name of ["other batch", "superseded"]) await copy(given.store("original"), given.store(name));
    const copies = [new Device(given, "other batch"), new Device(given, "superseded")];
    await original.replica.do(create("Bread"));
    await original.replica.sync();
    await copies[0]!.replica.do(create("Butter"));
    await copies[0]!.replica.sync();
    await original.replica.do(create("Salt"));
    for (const device of [original, ...copies]) {
      await device.replica.do(create(device.name));
      await device.replica.sync();
    }
    await original.replica.sync();

    const numbers = copies.map(({ sent }) => sent.map(({ seq }) => seq));
    const told = copies.map(({ unknown }) => unknown.length);
    return { numbers, told, titles: await original.titles(), agrees: await original.agrees() };
  },

  async refusedByTheRules(given: Arguments) {
    const device = new Device(given, "one");
    device.resolve = ({ operation: { id } }) => [{ op: "create", id, title: "Cut short" }];
    const titles = ["Milk", "x".repeat(201), "Bread"];
    await device.replica.do(...titles.map((title) => create(title)));
    await device.replica.sync();

    const conflicts = device.conflicts.map(({ operation, status, error }) => ({
      title: operation.op === "create" && operation.title.length,
      status,
      field: (error as { error: { details: { field: string }[] } }).error.details[0]?.field,
    }));
    const numbers = device.sent.map(({ seq, operations }) => [seq, operations.length]);
    return { conflicts, numbers, titles: await device.titles(), agrees: await device.agrees() };
  },

  /** The API does not say which, and takes but three at a time besides. */
  async refusedWithoutAName(given: Arguments) {
    const device = new Device(given, "one");
    device.network = async (request, next) => {
      if (request.method !== "POST") return next();
      const { operations } = (await request.clone().json()) as { operations: { title: string }[] };
      if (operations.length <= 3 && !operations.some(({ title }) => title === "No")) return next();
      return Response.json({ error: { code: "PAYLOAD_TOO_LARGE", message: "No.", details: [] } }, { status: 413 });
    };
    const titles = ["1", "2", "3", "No", "4", "5", "6", "7"];
    await device.replica.do(...titles.map((title) => create(title)));
    await device.replica.sync();

    const refused = device.conflicts.map(({ operation }) => operation.op === "create" && operation.title);
    return { refused, titles: (await device.titles()).sort(), agrees: await device.agrees() };
  },

  async longOutbox(given: Arguments) {
    const device = new Device(given, "one");
    const description = "é".repeat(2000);
    await device.replica.do(...Array.from({ length: 101 }, (_, number) => create(`${number}`)));
    await device.replica.do(...Array.from({ length: 80 }, (_, number) => create(`${number}`, { description })));
    await device.replica.sync();

    return {
      numbers: device.sent.map(({ seq, operations }) => [seq, operations.length]),
      fits: device.sent.every((batch) => new TextEncoder().encode(JSON.stringify(batch)).length <= 256 * 1024),
      answers: device.replayed.length,
      conflicts: device.conflicts.length,
      agrees: await device.agrees(),
    };
  },

  /** Three devices do what comes to mind while requests and answers are lost and pages go. */
  async manyFaults(given: Arguments) {
    const random = numbers(20261121);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const devices = ["phone", "laptop", "tablet"].map((name) => new Device(given, name));
    const all = [...devices];
    const [made, deleted] = [new Set<string>(), new Set<string>()];
    for (let step = 0; step < 120; step += 1) {
      const which = Math.floor(random() * devices.length);
      const device = devices[which]!;
      const known = pick([...(await device.replica.items()).values()]);
      const version = random() < 0.5 ? {} : { version: known?.version ?? 0 };
      const does = random();
      if (does < 0.2 || !known) {
        const task = create(`Task ${step}`);
        made.add(task.id);
        await device.replica.do(task);
      } else if (does < 0.45) {
        await device.replica.do({ op: "patch", id: known.id, ...version, patch: { title: `${step}` } });
      } else if (does < 0.5) await device.replica.do({ op: "complete", id: known.id, ...version, completed: true });
      else if (does < 0.55) {
        deleted.add(known.id);
        await device.replica.do({ op: "delete", id: known.id, ...version });
      } else if (does < 0.65) all.push((devices[which] = device.reloaded()));
      else {
        device.network = async (request, next) => pick([offline, lostAnswer, online, online, online])(request, next);
        await device.failing();
      }
    }
    for (const device of [...devices, ...devices]) {
      device.network = online;
      await device.replica.sync();
    }
    const there = await devices[0]!.replica.items();
    return {
      agree: await Promise.all(devices.map((device) => device.agrees())),
      lost: [...made].filter((id) => !there.has(id) && !deleted.has(id)).length,
      foreign: [...there.keys()].filter((id) => !made.has(id)).length,
      unknown: all.flatMap(({ unknown }) => unknown).length,
      // It did come to that.
      met: [all.some(({ replayed }) => replayed.includes(true)), all.some(({ conflicts }) => conflicts.length > 0)],
    };
  },

  async store(given: Arguments) {
    const store = given.store("one");
    const item = { key: "b", item: { id: "b", version: 1 }, reading: 1 };
    await store.transaction(async ({ items }) => {
      await items.put(item);
      await items.put({ ...item, key: "a" });
      item.reading = 2;
    });
    const failed = await store
      .transaction(async ({ items }) => {
        await items.delete("a");
        throw new Error("no");
      })
      .catch((error: Error) => error.message);
    const read = await store.transaction(({ items }) => items.all());
    read[1]!.reading = 3;
    const again = await store.transaction(({ items }) => items.get("b"));

    const order: string[] = [];
    const turn = (name: string): Promise<void> =>
      store.exclusively(async () => {
        order.push(`${name} begins`);
        await store.transaction(({ items }) => items.all());
        order.push(`${name} ends`);
        if (name === "first") throw new Error("no");
      });
    await Promise.allSettled([turn("first"), turn("second")]);
    return { failed, keys: read.map(({ key }) => key), reading: again?.reading, order };
  },

  async nothingToDo(given: Arguments) {
    const device = new Device(given, "one");
    await device.replica.sync();
    await device.replica.sync();
    return { sent: device.sent.length, titles: await device.titles() };
  },

  /** Another failure stays one: nothing is lost, and nothing goes past it. */
  async signedOut(given: Arguments) {
    const device = new Device({ ...given, token: "not.a.token" }, "one");
    await device.replica.do(create("Milk"));
    const failed = [await device.failing(), await device.failing()];
    const seqs = device.sent.map(({ seq }) => seq);
    return { failed, seqs, titles: await device.titles(), conflicts: device.conflicts.length };
  },
} satisfies Record<string, (given: Arguments) => Promise<unknown>>;

async function copy(from: Store, to: Store): Promise<void> {
  const [known, rows] = await from.transaction(({ state, items }) => Promise.all([state.get(0), items.all()]));
  await to.transaction(async ({ state, items }) => {
    if (known) await state.put(known);
    for (const row of rows) await items.put(row);
  });
}

/** Numbers from 0 to 1, the same ones for each seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A store for each name, which is there as long as the scenario is. */
export function kept(make: (name: string) => Store): (name: string) => Store {
  const stores = new Map<string, Store>();
  return (name) => {
    const store = stores.get(name) ?? make(name);
    stores.set(name, store);
    return store;
  };
}

if (typeof process === "object") {
  const [, , name = "", given = "{}"] = process.argv;
  const all: Record<string, (given: Arguments) => Promise<unknown>> = scenarios;
  const outcome = (await all[name]?.({ ...JSON.parse(given), store: kept(memoryStore) })) ?? Object.keys(scenarios);
  console.log(JSON.stringify(outcome));
}
