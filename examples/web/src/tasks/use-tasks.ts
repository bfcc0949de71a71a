/** A user's tasks for React: what there is to see, and what one can do. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";

import type { User } from "../session/session";
import { NOTHING, TaskCopy, type Shown } from "./copy";
import type { SyncState } from "./sync-loop";

interface Tasks {
  copy: TaskCopy;
  shown: Shown;
  loading: boolean;
  sync: SyncState;
}

/** Null until the copy is open: it is opened and closed with the component. */
export function useCopy(user: User, signedOut: () => void, lost: (words: string) => void): TaskCopy | null {
  const queryClient = useQueryClient();
  const [copy, setCopy] = useState<TaskCopy | null>(null);
  useEffect(() => {
    const changed = () => void queryClient.invalidateQueries({ queryKey: ["tasks", user.id] });
    const opened = new TaskCopy(user.id, { changed, signedOut, lost });
    opened.start();
    setCopy(opened);
    return () => {
      opened.close();
      queryClient.removeQueries({ queryKey: ["tasks", user.id] });
    };
    // The callbacks are stable: a copy lives as long as its user is shown.
  }, [user.id, queryClient, signedOut, lost]);
  return copy;
}

export function useTasks(copy: TaskCopy, user: User): Tasks {
  const { data, isPending } = useQuery({ queryKey: ["tasks", user.id], queryFn: () => copy.shown() });
  const sync = useSyncExternalStore(copy.loop.subscribe, copy.loop.state);
  return { copy, shown: data ?? NOTHING, loading: isPending, sync };
}
