import { createTasksClient, unwrap } from "@tasks-api/client";

import { OfTheBrowser } from "./of-the-browser";

export const dynamic = "force-dynamic";

/** On the server: a client for each request. */
export default async function Page() {
  const api = createTasksClient({ baseUrl: process.env.API ?? "", getToken: () => process.env.TOKEN });
  const { data } = await unwrap(api.GET("/api/tasks"));
  return (
    <main>
      {data.map((task) => (
        <p key={task.id}>{task.title}</p>
      ))}
      <OfTheBrowser />
    </main>
  );
}
