import { useEffect, useRef } from "react";

import type { OpenConflict } from "./notebook";
import type { Fields } from "./task";

const NAMES: Record<keyof Fields, string> = { title: "Title", description: "Description" };

/** Both versions of an edit that met another one; it stays until one is chosen. */
export function ConflictDialog({ conflict, resolve }: { conflict: OpenConflict; resolve: (keep: "mine" | "theirs") => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { mine, theirs } = conflict;
  return (
    <dialog ref={dialog} aria-labelledby="conflict" onCancel={(event) => event.preventDefault()}>
      <h2 id="conflict">{theirs ? "This task was changed elsewhere too" : "This task was deleted elsewhere"}</h2>
      <div className="versions">
        <Version name="Yours" fields={mine} />
        {theirs && <Version name="Theirs" fields={only(theirs, mine)} />}
      </div>
      <p className="buttons">
        <button className="primary" onClick={() => resolve("mine")}>
          {theirs ? "Keep mine" : "Bring it back with my edit"}
        </button>
        <button onClick={() => resolve("theirs")}>{theirs ? "Take theirs" : "Let it go"}</button>
      </p>
    </dialog>
  );
}

function Version({ name, fields }: { name: string; fields: Partial<Fields> }) {
  return (
    <section aria-label={name}>
      <h3>{name}</h3>
      <dl>
        {(Object.keys(fields) as (keyof Fields)[]).map((field) => (
          <div key={field}>
            <dt>{NAMES[field]}</dt>
            <dd>{fields[field] ?? "none"}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function only(from: Fields, like: Partial<Fields>): Partial<Fields> {
  return Object.fromEntries(Object.keys(like).map((name) => [name, from[name as keyof Fields]]));
}
