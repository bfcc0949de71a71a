import { Component, type ReactNode } from "react";

/** In place of a page that cannot be shown; what was done is on this machine all the same. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="card sign-in" role="alert">
        <h1>This page could not be shown</h1>
        <p>Something went wrong here; the console says what. What you did is kept on this machine.</p>
        <button className="primary" onClick={() => location.reload()}>
          Load it again
        </button>
      </main>
    );
  }
}
