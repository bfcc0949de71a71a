import { useRef, type FormEvent } from "react";

import { TaskFields, readFields } from "./task-fields";
import type { Fields } from "./task";

export function NewTask({ create }: { create: (fields: Fields) => void }) {
  const form = useRef<HTMLFormElement>(null);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = readFields(event.currentTarget);
    if (!fields) return;
    create(fields);
    form.current?.reset();
    form.current?.querySelector("input")?.focus();
  }

  return (
    <form ref={form} className="card new" onSubmit={submit} aria-label="New task">
      <TaskFields />
      <button className="primary">Add</button>
    </form>
  );
}
