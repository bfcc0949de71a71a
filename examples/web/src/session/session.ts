/** Who is signed in; without a connection, who was. */

import { useEffect } from "react";

import { auth } from "./auth";

export interface User {
  id: string;
  name: string;
  email: string;
}

const KEY = "tasks-example:user";

export function useSession(): { pending: boolean; user: User | null } {
  const { data, error, isPending } = auth.useSession();
  const user = data?.user ?? null;
  // No answer is no sign-out. The API is asked with tokens, which nobody can have without a session.
  const unknown = error !== null && error.status !== 401;
  useEffect(() => {
    if (user) localStorage.setItem(KEY, JSON.stringify({ id: user.id, name: user.name, email: user.email }));
    else if (!isPending && !unknown) localStorage.removeItem(KEY);
  }, [user, isPending, unknown]);
  const known = user ?? (isPending || unknown ? remembered() : null);
  return { pending: isPending && !known, user: known };
}

function remembered(): User | null {
  return JSON.parse(localStorage.getItem(KEY) ?? "null") as User | null;
}

/** Ends the session here and at the server. */
export async function signOut(): Promise<void> {
  await auth.signOut();
  localStorage.removeItem(KEY);
}
