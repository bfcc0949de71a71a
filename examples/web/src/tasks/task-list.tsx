import { useState } from "react";

import type { Shown } from "./copy";
import { TaskRow, type TaskActions } from "./task-row";
import type { ShownTask } from "./task";

const PAGE = 20;
const FILTERS = { All: () => true, Open: (task) => !task.completed, Done: (task) => !!task.completed } satisfies Record<
  string,
  (task: ShownTask) => boolean
>;
type Filter = keyof typeof FILTERS;

/** Filtered and searched here: the whole list is on this machine. */
export function TaskList({ shown, ...actions }: { shown: Shown } & TaskActions) {
  const [filter, setFilter] = useState<Filter>("All");
  const [wanted, setWanted] = useState("");
  const [pages, setPages] = useState(1);

  const found = shown.tasks.filter((task) => FILTERS[filter](task) && has(task, wanted));
  const visible = found.slice(0, pages * PAGE);
  return (
    <section aria-label="Tasks">
      <div className="tools">
        <div role="group" aria-label="Show" className="filters">
          {(Object.keys(FILTERS) as Filter[]).map((name) => (
            <button
              key={name}
              aria-pressed={name === filter}
              onClick={() => {
                setFilter(name);
                setPages(1);
              }}
            >
              {name}
            </button>
          ))}
        </div>
        <input
          type="search"
          aria-label="Search"
          placeholder="Search"
          value={wanted}
          onChange={(event) => {
            setWanted(event.target.value);
            setPages(1);
          }}
        />
      </div>
      {visible.length === 0 ? (
        <p className="empty">{shown.tasks.length ? "Nothing fits." : "Nothing to do."}</p>
      ) : (
        <ul className="tasks">
          {visible.map((task) => (
            <TaskRow key={task.id} task={task} waiting={shown.waiting.has(task.id)} {...actions} />
          ))}
        </ul>
      )}
      {visible.length < found.length && (
        <button className="more" onClick={() => setPages(pages + 1)}>
          Show more ({found.length - visible.length})
        </button>
      )}
    </section>
  );
}

function has(task: ShownTask, wanted: string): boolean {
  const text = `${task.title}\n${task.description ?? ""}`.toLocaleLowerCase();
  return text.includes(wanted.trim().toLocaleLowerCase());
}
