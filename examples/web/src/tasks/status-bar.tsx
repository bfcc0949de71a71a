import { waitingInWords } from "../words/waiting";
import type { SyncState } from "./sync-loop";

export function StatusBar({ sync, waiting }: { sync: SyncState; waiting: number }) {
  return (
    <p role="status" className={sync.problem ? "status problem" : "status"}>
      {sync.problem || (waiting ? "Saving …" : "All changes are saved.")}
      {sync.problem && waiting > 0 && ` ${waitingInWords(waiting)}`}
    </p>
  );
}
