/** Never run: the compiler must object to each line that ends in `// wrong`, and to no other. */

import { batch, changes, createTasksClient, errorCode, ifMatch, pages, TasksError, unwrap } from "@tasks-api/client";
import { indexedDbStore, memoryStore, Replica } from "@tasks-api/client/replica";

const api = createTasksClient({ baseUrl: "http://api.test", getToken: () => null });
const params = { path: { task_id: "1" } };

await api.POST("/api/tasks", { body: { title: "Milk", description: null } });
await api.POST("/api/tasks", { body: { title: "Milk", user_id: "bob" } }); // wrong
await api.POST("/api/tasks", { body: { description: "two litres" } }); // wrong
await api.POST("/api/tasks", { body: { title: 1 } }); // wrong
await api.POST("/api/tasks", {}); // wrong
await api.PUT("/api/tasks/{task_id}", { params, body: { title: "Milk", completed: true } });
await api.PUT("/api/tasks/{task_id}", { params, body: { title: "Milk", completed: "yes" } }); // wrong
await api.PUT("/api/tasks/{task_id}", { params, body: { title: "Milk", completed: null } }); // wrong
await api.PATCH("/api/tasks/{task_id}/complete", { params, body: { done: true } }); // wrong
await api.POST("/api/tasks", { body: { title: "Milk", descripton: "two litres" } }); // wrong

await api.PATCH("/api/tasks/{task_id}", { params, body: { description: null } });
await api.PATCH("/api/tasks/{task_id}", { params, body: { title: null } }); // wrong
await api.DELETE("/api/tasks", { params: { query: { completed: true } } });
await api.DELETE("/api/tasks"); // wrong
const sent = { client_id: "1", seq: 1 };
await api.POST("/api/tasks/batch", { body: { ...sent, operations: [{ op: "delete", id: "1", version: 2 }] } });
await api.POST("/api/tasks/batch", { body: { ...sent, operations: [{ op: "remove", id: "1" }] } }); // wrong
await api.POST("/api/tasks/batch", { body: { ...sent, operations: [{ op: "create", id: "1" }] } }); // wrong
const { data: feed } = await api.GET("/api/tasks/changes");
console.log(feed?.data[0]?.task?.title, feed?.meta.cursor);
console.log(feed?.data[0]?.task.title); // wrong

await api.GET("/api/task"); // wrong
await api.PATCH("/api/tasks"); // wrong
await api.GET("/api/tasks/{task_id}", {}); // wrong
await api.GET("/api/tasks", { params: { query: { limit: "ten" } } }); // wrong
await api.GET("/api/tasks", { params: { query: { page: 2 } } }); // wrong
await api.GET("/api/tasks", { params: { query: { sort: "-title", q: "milk" } } });
await api.GET("/api/tasks", { params: { query: { sort: "description" } } }); // wrong
await api.GET("/api/tasks", { params: { query: { limit: 2, page: 2 } } }); // wrong
await api.GET("/api/tasks", { params: { header: { "If-Match": "1" } } }); // wrong
await api.GET("/api/tasks", { parameters: {} }); // wrong

const { data, error } = await api.GET("/api/tasks/{task_id}", { params });
console.log(data.data.title); // wrong
console.log(data?.data.title, data?.data.completed_at?.length);
console.log(data?.data.titel); // wrong
console.log(data?.data.completed_at.length); // wrong
console.log(error?.error.code === "NOT_FOUND", errorCode(error) === "TOKEN_EXPIRED");
console.log(error?.error.code === "CONFLICT"); // wrong
console.log(errorCode(error) === "EXPIRED"); // wrong

createTasksClient({ baseUrl: "http://api.test" }); // wrong
createTasksClient({ baseUrl: "http://api.test", getToken: () => 1 }); // wrong
createTasksClient({ baseUrl: "http://api.test", refreshToken: () => null, user: "alice", credentials: "omit" });
createTasksClient({ baseUrl: "http://api.test", getToken: () => null, retry: 2 }); // wrong
await api.GET("/api/tasks", { retries: 3, timeout: 1000, headers: { "X-Of-Mine": "1" } });
await api.GET("/api/tasks", { retries: true }); // wrong
await api.GET("/api/tasks", { fetch: async () => new Response() }); // wrong

const got = await unwrap(api.GET("/api/tasks/{task_id}", { params }));
console.log(got.data.title, got.data.completed_at?.length);
console.log(got.title); // wrong
const nothing: undefined = await unwrap(api.DELETE("/api/tasks/{task_id}", { params }));
console.log(nothing);
console.log(ifMatch(got.data)["If-Match"]);
ifMatch({ id: "1" }); // wrong
declare const thrown: TasksError;
console.log(thrown.code === "SIGNED_OUT", thrown.code === "NOT_FOUND", thrown.details[0]?.code, thrown.retryAfter);
console.log(thrown.code === "CONFLICT"); // wrong
for await (const page of pages(api, "tasks", { query: { sort: "title" } })) console.log(page.data[0]?.title);
for await (const page of pages(api, "tasks")) console.log(page.data[0].title); // wrong
pages(api, "tasks", { query: { cursor: "1" } }); // wrong
pages(api, "task"); // wrong

const { data: answer, error: no } = await batch(api, "tasks", { ...sent, operations: [{ op: "delete", id: "1" }] });
console.log(answer?.data[0]?.status === "stale", answer?.current[0]?.title, errorCode(no) === "UNKNOWN_CLIENT");
console.log(answer?.data[0]?.status === "failed"); // wrong
console.log(answer.meta); // wrong
await batch(api, "task", { ...sent, operations: [] }); // wrong
await batch(api, "tasks", { client_id: "1", operations: [] }); // wrong
await batch(api, "tasks", { ...sent, operations: [{ op: "delete" }] }); // wrong
await batch(api, "tasks", { ...sent, operations: [{ op: "remove", id: "1" }] }); // wrong
await batch(api, "tasks", { ...sent, operations: [{ op: "create", id: "1" }] }); // wrong
await batch(api, "tasks", { ...sent, operations: [{ op: "patch", id: "1", patch: { titel: "Milk" } }] }); // wrong
for await (const page of changes(api, "tasks", { after: "1" })) console.log(page.changes[0]?.task?.title, page.cursor);
for await (const page of changes(api, "tasks")) console.log(page.changes[0]?.task.title); // wrong
for await (const page of changes(api, "tasks", { cursor: "1" })) console.log(page); // wrong
changes(api, "{user_id}/tasks"); // wrong

const settings = { api, store: memoryStore(), onConflict: () => undefined };
const replica = new Replica({ ...settings, collection: "tasks", noun: "task" });
await replica.do({ op: "complete", id: "1", completed: true });
await replica.do({ op: "complete", id: "1" }); // wrong
const [shown] = (await replica.items()).values();
console.log(shown?.title.length, shown?.version, shown?.completed_at?.length);
console.log(shown?.user_id.length); // wrong
new Replica({ ...settings, collection: "tasks", noun: "tasks" }); // wrong
new Replica({ ...settings, collection: "users", noun: "user" }); // wrong
new Replica({ api, store: indexedDbStore("tasks of alice"), collection: "tasks", noun: "task" }); // wrong
new Replica({ ...settings, collection: "tasks", noun: "task", onConflict: ({ status }) => status === "done" }); // wrong
