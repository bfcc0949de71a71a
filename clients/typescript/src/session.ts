/** The session of one user: their token, how it is renewed, and that it is no other's. */

import { sessionError, type TasksError } from "./errors.js";
import { isLostConnection, within } from "./retries.js";

export type Token = string | null | undefined;
type GetToken = () => Token | Promise<Token>;
type RefreshToken = () => Token | void | Promise<Token | void>;

export type SessionOptions = {
  /** Whose session it is: the subject of their tokens. When left out, the first token says so. */
  user?: string | undefined;
  /** Told once when the session is over, until there is a token again. */
  signedOut?: ((error: TasksError) => void) | undefined;
} & (
  | {
      /** Asked before each request. When left out, the client keeps what `refreshToken` gives. */
      getToken: GetToken;
      refreshToken?: RefreshToken | undefined;
    }
  | {
      getToken?: GetToken | undefined;
      /**
       * Called while there is no token and on TOKEN_EXPIRED, once for all requests that are under way. Gives the new
       * token, or nothing where `getToken` gives it then. Null, or what it throws, ends the session; but not a
       * TypeError, which is a lost connection.
       */
      refreshToken: RefreshToken;
    }
);

export class Session {
  readonly #options: SessionOptions;
  readonly #timeout: number;
  readonly #end = new AbortController();
  #user: string | undefined;
  #kept: Token;
  #renewal: Promise<string> | undefined;
  #told = false;

  constructor(options: SessionOptions, timeout: number) {
    this.#options = options;
    this.#timeout = timeout;
    this.#user = options.user;
  }

  /** Given when the session is over. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** @throws {TasksError} With `code` `"SIGNED_OUT"` or `"OTHER_USER"`. */
  async token(): Promise<Token> {
    const token = await this.#current();
    return token || !this.#options.refreshToken ? this.#checked(token) : this.renewed(token);
  }

  /** Another token than this one, as far as there is one. */
  async renewed(old: Token): Promise<Token> {
    const { refreshToken } = this.#options;
    if (!refreshToken) return old;
    this.#renewal ??= this.#renew(old, refreshToken).finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  close(): void {
    this.#end.abort(sessionError("SIGNED_OUT", "The client was closed."));
  }

  async #current(): Promise<Token> {
    return this.#options.getToken ? this.#options.getToken() : this.#kept;
  }

  async #renew(old: Token, refreshToken: RefreshToken): Promise<string> {
    const now = await this.#current();
    // A 401 may arrive after another request's renewal: then there is a new token already.
    const token = now && now !== old ? now : await this.#refreshed(refreshToken);
    this.ended.throwIfAborted();
    if (!token) throw this.#over(sessionError("SIGNED_OUT", "Nobody is signed in."));
    this.#checked(token);
    this.#kept = token;
    this.#told = false;
    return token;
  }

  async #refreshed(refreshToken: RefreshToken): Promise<Token> {
    const end = this.#timeout ? AbortSignal.timeout(this.#timeout) : this.ended;
    try {
      const given = await within(end, Promise.resolve(refreshToken()));
      return given === undefined ? await this.#current() : given;
    } catch (error) {
      if (isLostConnection(error) || this.ended.aborted) throw error;
      throw this.#over(sessionError("SIGNED_OUT", "The token could not be renewed.", error));
    }
  }

  #checked<T extends Token>(token: T): T {
    const subject = subjectOf(token);
    if (subject === undefined) return token;
    this.#user ??= subject;
    if (subject === this.#user) return token;
    throw this.#over(sessionError("OTHER_USER", "The token is another user's: make a client for each session."));
  }

  #over(error: TasksError): TasksError {
    if (!this.#told) this.#options.signedOut?.(error);
    this.#told = true;
    return error;
  }
}

/** Whose token it says it is; the API alone can tell whether that is true. */
function subjectOf(token: Token): string | undefined {
  try {
    const payload = (token ?? "").split(".")[1] ?? "";
    const { sub } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}
