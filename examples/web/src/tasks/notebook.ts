/** What has to outlive a reload and is not a task: edits that wait for a person, what they began from, wishes to undo. */

import type { Task } from "@tasks-api/client";

import type { Fields, ShownTask } from "./task";

/** An edit that met another one of the same field. */
export interface OpenConflict {
  id: string;
  title: string;
  mine: Partial<Fields>;
  /** Null where it was deleted meanwhile. */
  theirs: Task | null;
}

/** What was deleted and is wanted back, with what is to become of it then. */
interface Wish {
  task: ShownTask;
  edit?: Partial<Fields>;
}

interface Notes {
  conflicts: OpenConflict[];
  /** By id: what the fields were that were edited since, and when that began. */
  bases: Record<string, { since: number; fields: Partial<Fields> }>;
  wishes: Wish[];
}

const NOTHING: Notes = { conflicts: [], bases: {}, wishes: [] };

export class Notebook {
  readonly #key: string;

  constructor(user: string) {
    this.#key = `tasks-example:notes:${user}`;
  }

  read(): Notes {
    return { ...NOTHING, ...(JSON.parse(localStorage.getItem(this.#key) ?? "{}") as Partial<Notes>) };
  }

  change(step: (notes: Notes) => Notes): void {
    localStorage.setItem(this.#key, JSON.stringify(step(this.read())));
  }

  forget(): void {
    localStorage.removeItem(this.#key);
  }

  /** The first edit since all was sent says what the fields were. */
  editFrom(task: ShownTask, before: Partial<Fields>): void {
    this.change((notes) => {
      const known = notes.bases[task.id];
      const base = { since: known?.since ?? Date.now(), fields: { ...before, ...known?.fields } };
      return { ...notes, bases: { ...notes.bases, [task.id]: base } };
    });
  }

  /** What was edited before `time` has been answered. */
  settle(time: number): void {
    this.change((notes) => {
      const later = Object.entries(notes.bases).filter(([, { since }]) => since >= time);
      return { ...notes, bases: Object.fromEntries(later) };
    });
  }

  /** One conflict a task: a second edit joins the first. */
  ask(conflict: OpenConflict): void {
    this.change((notes) => {
      const before = notes.conflicts.find(({ id }) => id === conflict.id);
      const joined = { ...conflict, mine: { ...before?.mine, ...conflict.mine } };
      return { ...notes, conflicts: [...notes.conflicts.filter(({ id }) => id !== conflict.id), joined] };
    });
  }

  answered(id: string): void {
    this.change((notes) => ({ ...notes, conflicts: notes.conflicts.filter((conflict) => conflict.id !== id) }));
  }

  wish(wish: Wish): void {
    this.change((notes) => ({
      ...notes,
      wishes: [...notes.wishes.filter(({ task }) => task.id !== wish.task.id), wish],
    }));
  }

  granted(id: string): void {
    this.change((notes) => ({ ...notes, wishes: notes.wishes.filter(({ task }) => task.id !== id) }));
  }
}
