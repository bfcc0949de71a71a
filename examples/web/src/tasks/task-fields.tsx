import type { Fields } from "./task";

// As the API has them: shared/tables/tasks.py.
const TITLE_LENGTH = 200;
const DESCRIPTION_LENGTH = 2000;

export function TaskFields({ of }: { of?: Fields }) {
  return (
    <>
      <label>
        Title
        <input name="title" defaultValue={of?.title} maxLength={TITLE_LENGTH} required autoComplete="off" />
      </label>
      <label>
        Description
        <textarea name="description" defaultValue={of?.description ?? ""} maxLength={DESCRIPTION_LENGTH} rows={2} />
      </label>
    </>
  );
}

/** Trimmed, as the API does it; null without a title. */
export function readFields(form: HTMLFormElement): Fields | null {
  const data = new FormData(form);
  const title = String(data.get("title") ?? "").trim();
  const description = String(data.get("description") ?? "").trim();
  return title ? { title, description: description || null } : null;
}
