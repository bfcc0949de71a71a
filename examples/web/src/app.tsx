import { useSession } from "./session/session";
import { SignIn } from "./session/sign-in";
import { Workspace } from "./tasks/workspace";

export function App() {
  const session = useSession();
  if (session.pending) return <p className="loading">One moment …</p>;
  // Another user is another workspace, with nothing left of the one before: that is what the key is for.
  return session.user ? <Workspace key={session.user.id} user={session.user} /> : <SignIn ended={session.ended} />;
}
