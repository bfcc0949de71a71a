import { useState, type FormEvent } from "react";

import { auth } from "./auth";

export function SignIn() {
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
