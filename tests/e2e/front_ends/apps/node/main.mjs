import process from "node:process";

import { createTasksClient, pages } from "@tasks-api/client";
import { memoryStore } from "@tasks-api/client/replica";

const { API, TOKEN } = process.env;
const api = createTasksClient({ baseUrl: API, getToken: () => TOKEN });
for await (const { data } of pages(api, "tasks")) for (const task of data) console.log(task.title);
console.log(typeof memoryStore().transaction);
