/** A replica of a collection that the API got later: `node memos.js sent {}` prints what its requests are. */

import { createTasksClient, uuid7 } from "@tasks-api/client";
import { memoryStore, Replica } from "@tasks-api/client/replica";

const requests: string[] = [];
const id = uuid7();
const memo = { id, user_id: "alice", version: 1, created_at: "", updated_at: "", title: "Milk", description: null };
const api = createTasksClient({
  baseUrl: "http://api.test",
  getToken: () => "token",
  fetch: async (request) => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`);
    if (request.method === "GET") {
      const data = [{ id, deleted: false, memo: { ...memo, completed: false, completed_at: null } }];
      return Response.json({ data, meta: { cursor: "1", more: false } });
    }
    const data = [{ status: "done", version: 1, revision: 1 }];
    return Response.json({ data, current: [], meta: { replayed: false } });
  },
});
const settings = { api, store: memoryStore(), onConflict: () => undefined };
const memos = new Replica({ ...settings, collection: "memos", noun: "memo" });
await memos.do({ op: "create", id, title: "Milk" });
await memos.sync();

// @ts-expect-error it is a memo
new Replica({ ...settings, collection: "memos", noun: "task" });
new Replica({ ...settings, collection: "tasks", noun: "task" });
console.log(JSON.stringify({ requests, items: [...(await memos.items()).values()].map(({ title }) => title) }));
