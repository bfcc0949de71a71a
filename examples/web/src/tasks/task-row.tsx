import { useState, type FormEvent } from "react";

import { TaskFields, readFields } from "./task-fields";
import { fieldsOf, type Fields, type ShownTask } from "./task";

export interface TaskActions {
  complete: (task: ShownTask, completed: boolean) => void;
  edit: (task: ShownTask, fields: Fields) => void;
  remove: (task: ShownTask) => void;
}

export function TaskRow({ task, waiting, ...actions }: { task: ShownTask; waiting: boolean } & TaskActions) {
  // As it was when editing began: an edit that arrives meanwhile is met when this one is sent.
  const [edited, setEdited] = useState<ShownTask | null>(null);
  return (
    <li className="card task">
      {edited ? (
        <Editor
          task={edited}
          close={() => setEdited(null)}
          save={(fields) => {
            actions.edit(edited, fields);
            setEdited(null);
          }}
        />
      ) : (
        <>
          <label className="done">
            <input
              type="checkbox"
              checked={!!task.completed}
              onChange={(event) => actions.complete(task, event.target.checked)}
            />
            <span className={task.completed ? "title completed" : "title"}>{task.title}</span>
          </label>
          {waiting && <span className="waiting">not sent yet</span>}
          <span className="buttons">
            <button onClick={() => setEdited(task)} aria-label={`Edit ${task.title}`}>
              Edit
            </button>
            <button onClick={() => actions.remove(task)} aria-label={`Delete ${task.title}`}>
              Delete
            </button>
          </span>
          {task.description && <p className="description">{task.description}</p>}
        </>
      )}
    </li>
  );
}

function Editor({ task, save, close }: { task: ShownTask; save: (fields: Fields) => void; close: () => void }) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = readFields(event.currentTarget);
    if (fields) save(fields);
  }

  return (
    <form
      className="edit"
      aria-label={`Edit ${task.title}`}
      onSubmit={submit}
      onKeyDown={(event) => event.key === "Escape" && close()}
      ref={(form) => form?.querySelector("input")?.focus()}
    >
      <TaskFields of={fieldsOf(task)} />
      <span className="buttons">
        <button className="primary">Save</button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </span>
    </form>
  );
}
