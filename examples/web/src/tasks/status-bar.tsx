import type { SyncState } from "./sync-loop";

export function StatusBar({ sync, waiting }: { sync: SyncState; waiting: number }) {
  const changes = waiting === 1 ? "1 task has changes that wait." : `${waiting} tasks have changes that wait.`;
  return (
    <p role="status" className={sync.problem ? "status problem" : "status"}>
      {sync.problem || (waiting ? "Saving …" : "All changes are saved.")}
      {sync.problem && waiting > 0 && ` ${changes}`}
    </p>
  );
}
