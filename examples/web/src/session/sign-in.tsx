import { useEffect, useState, type FormEvent } from "react";

import { waitingOf } from "../tasks/copy";
import { waitingInWords } from "../words/waiting";
import { auth } from "./auth";
import type { User } from "./session";

export function SignIn({ ended }: { ended: User | null }) {
  const [isNew, setNew] = useState(false);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? "");
    const known = { email: field("email"), password: field("password") };
    setBusy(true);
    setError("");
    const answer = isNew
      ? await auth.signUp.email({ ...known, name: field("name") })
      : await auth.signIn.email(known);
    setBusy(false);
    if (answer.error) setError(answer.error.message ?? "There is no connection. Try again when there is one.");
  }

  return (
    <main className="card sign-in">
      <h1>{isNew ? "Sign up" : "Sign in"}</h1>
      {ended && <Ended user={ended} />}
      <form onSubmit={(event) => void submit(event)}>
        {isNew && (
          <label>
            Name
            <input name="name" autoComplete="name" required maxLength={100} />
          </label>
        )}
        <label>
          E-mail
          <input name="email" type="email" autoComplete="email" required />
        </label>
        <label>
          Password
          <input
            name="password"
            type="password"
            autoComplete={isNew ? "new-password" : "current-password"}
            minLength={8}
            required
          />
        </label>
        <p role="alert" className="error">
          {error}
        </p>
        <button className="primary" disabled={busy}>
          {isNew ? "Sign up" : "Sign in"}
        </button>
      </form>
      <button className="link" onClick={() => setNew(!isNew)}>
        {isNew ? "I have an account" : "I am new here"}
      </button>
    </main>
  );
}

/** Why one has to sign in again, and what waits for it. */
function Ended({ user }: { user: User }) {
  const [waiting, setWaiting] = useState(0);
  useEffect(() => void waitingOf(user.id).then((ids) => setWaiting(ids.size)), [user.id]);
  return (
    <p role="status" className="status problem">
      The session of {user.email} is over. Sign in again: nothing is lost.
      {waiting > 0 && ` ${waitingInWords(waiting)}`}
    </p>
  );
}
