/** All that a signed-in user sees. */

import { useCallback, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";

import { auth } from "../session/auth";
import { signOut, type User } from "../session/session";
import { ConflictDialog } from "./conflict-dialog";
import type { TaskCopy } from "./copy";
import { NewTask } from "./new-task";
import { StatusBar } from "./status-bar";
import type { ShownTask } from "./task";
import { TaskList } from "./task-list";
import { Toast } from "./toast";
import { useCopy, useTasks } from "./use-tasks";

interface Notice {
  words: string;
  undo?: ShownTask;
}

export function Workspace({ user }: { user: User }) {
  const [notice, setNotice] = useState<Notice | null>(null);
  const lost = useCallback((words: string) => setNotice({ words }), []);
  const ended = useCallback(() => void auth.$store.notify("$sessionSignal"), []);
  const copy = useCopy(user, ended, lost);
  if (!copy) return null;
  return (
    <>
      <Tasks user={user} copy={copy} removed={(task) => setNotice({ words: `Deleted “${task.title}”.`, undo: task })} />
      {notice && (
        <Toast
          key={notice.words}
          words={notice.words}
          close={() => setNotice(null)}
          {...(notice.undo && { undo: () => copy.undo(notice.undo!) })}
        />
      )}
    </>
  );
}

function Tasks({ user, copy, removed }: { user: User; copy: TaskCopy; removed: (task: ShownTask) => void }) {
  const { shown, loading, sync } = useTasks(copy, user);
  const queryClient = useQueryClient();
  const [first] = shown.conflicts;

  async function leave() {
    const unsent = shown.waiting.size;
    if (unsent && !confirm(`${unsent} tasks have changes that were not sent yet. Sign out, and lose these?`)) return;
    copy.forget();
    queryClient.clear();
    await signOut();
  }

  return (
    <>
      <header className="top">
        <h1>Tasks</h1>
        <span className="who">{user.name || user.email}</span>
        <button onClick={() => void leave()}>Sign out</button>
      </header>
      <main>
        <StatusBar sync={sync} waiting={shown.waiting.size} />
        <NewTask create={(fields) => void copy.create(fields)} />
        {loading ? (
          <p className="loading">One moment …</p>
        ) : (
          <TaskList
            shown={shown}
            complete={(task, completed) => void copy.complete(task, completed)}
            edit={(task, fields) => void copy.edit(task, fields)}
            remove={(task) => {
              void copy.remove(task);
              removed(task);
            }}
          />
        )}
      </main>
      {first && (
        <ConflictDialog key={first.id} conflict={first} resolve={(keep) => void copy.resolve(first, keep)} />
      )}
    </>
  );
}
