import { createTasksClient, pages } from "@tasks-api/client";
import { memoryStore } from "@tasks-api/client/replica";

declare const process: { env: Record<string, string> };

const api = createTasksClient({ baseUrl: process.env.API ?? "", getToken: () => process.env.TOKEN });
for await (const { data } of pages(api, "tasks")) for (const task of data) console.log(task.title);
console.log(typeof memoryStore().transaction);
