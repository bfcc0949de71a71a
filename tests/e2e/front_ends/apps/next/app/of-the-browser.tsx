"use client";

import { createTasksClient } from "@tasks-api/client";
import { TasksProvider, useTasksClient } from "@tasks-api/client/react";
import { indexedDbStore } from "@tasks-api/client/replica";

export function OfTheBrowser() {
  const create = (user: string) => createTasksClient({ baseUrl: "", user, refreshToken: () => null });
  return (
    <TasksProvider user="alice" create={create}>
      <Store />
    </TasksProvider>
  );
}

function Store() {
  const api = useTasksClient();
  return <p>{`client: ${typeof api.close}, store: ${typeof indexedDbStore("tasks of alice").transaction}`}</p>;
}
