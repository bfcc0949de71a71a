/** Who is signed in; without a connection, who was. */

import { useEffect } from "react";

import { auth } from "./auth";

export interface User {
  id: string;
  name: string;
  email: string;
}

const KEY = "tasks-example:user";
// Whose session has ended without a sign-out.
const ENDED = "tasks-example:ended";

/** `ended`: whose session is over, and whose copy is still on this machine. */
export function useSession(): { pending: boolean; user: User | null; ended: User | null } {
  const { data, error, isPending } = auth.useSession();
  const user = data?.user ?? null;
  // No answer is no sign-out. The API is asked with tokens, which nobody can have without a session.
  const unknown = error !== null && error.status !== 401;
  useEffect(() => {
    if (user) {
      localStorage.setItem(KEY, JSON.stringify({ id: user.id, name: user.name, email: user.email }));
      localStorage.removeItem(ENDED);
    } else if (!isPending && !unknown) {
      const known = localStorage.getItem(KEY);
      if (known) localStorage.setItem(ENDED, known);
      localStorage.removeItem(KEY);
    }
  }, [user, isPending, unknown]);
  const known = user ?? (isPending || unknown ? remembered(KEY) : null);
  const ended = known || isPending ? null : (remembered(KEY) ?? remembered(ENDED));
  return { pending: isPending && !known, user: known, ended };
}

function remembered(key: string): User | null {
  return JSON.parse(localStorage.getItem(key) ?? "null") as User | null;
}

/** Ends the session here and at the server. */
export async function signOut(): Promise<void> {
  // First, or it would be taken for a session that has ended by itself.
  localStorage.removeItem(KEY);
  await auth.signOut();
}
