import { createAuthClient } from "better-auth/react";
import { jwtClient } from "better-auth/client/plugins";

export const auth = createAuthClient({ baseURL: window.location.origin, plugins: [jwtClient()] });

/** A new token of whoever is signed in; null if nobody is. Throws a TypeError without a connection. */
export async function freshToken(): Promise<string | null> {
  const { data, error } = await auth.token();
  if (data) return data.token;
  if (error.status === 401) return null;
  throw new TypeError(`no token could be had: ${error.status} ${error.statusText}`);
}
