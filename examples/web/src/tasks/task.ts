import type { Shown } from "@tasks-api/client/replica";

export type ShownTask = Shown<"tasks">;

/** What a person may say of a task. */
export interface Fields {
  title: string;
  description: string | null;
}

export function fieldsOf(task: ShownTask): Fields {
  return { title: task.title, description: task.description ?? null };
}
