/** Does some work whenever there is a reason to, one at a time, and again after a pause when it fails. */

import { inWords, pauseAfter } from "../words/problem";

export interface SyncState {
  working: boolean;
  /** What is in the way, in words; empty if nothing is. */
  problem: string;
}

const EVERY_MS = 30_000;

export class SyncLoop {
  readonly #work: () => Promise<void>;
  readonly #listeners = new Set<() => void>();
  readonly #end = new AbortController();
  #state: SyncState = { working: false, problem: "" };
  #wanted = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  start(): void {
    const { signal } = this.#end;
    addEventListener("online", this.now, { signal });
    // With nothing to send too: it fails, and so it is said.
    addEventListener("offline", this.now, { signal });
    document.addEventListener("visibilitychange", () => !document.hidden && this.now(), { signal });
    this.now();
  }

  stop(): void {
    this.#end.abort();
    clearTimeout(this.#timer);
  }

  /** Do it now; if it is being done, once more after that. */
  readonly now = (): void => {
    this.#wanted = true;
    if (!this.#state.working) void this.#run();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SyncState => this.#state;

  async #run(): Promise<void> {
    clearTimeout(this.#timer);
    let pause = EVERY_MS;
    this.#say({ ...this.#state, working: true });
    try {
      while (this.#wanted && !this.#end.signal.aborted) {
        this.#wanted = false;
        await this.#work();
      }
      this.#failures = 0;
      this.#say({ working: false, problem: "" });
    } catch (error) {
      // Whoever asked meanwhile may know better: that there is a connection again, say.
      pause = this.#wanted ? 0 : pauseAfter(error, this.#failures++);
      this.#say({ working: false, problem: inWords(error) });
    }
    if (!this.#end.signal.aborted) this.#timer = setTimeout(this.now, pause);
  }

  #say(state: SyncState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
