import { errorCode, type ErrorCode } from "./client.js";

/** An answer other than what was asked for, thrown where no value can say so; `code` is there if the API gave it. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly code: ErrorCode | undefined;

  constructor(
    /** What was answered. */
    readonly error: unknown,
    readonly response: Response,
  ) {
    const code = errorCode(error);
    super(`${response.status} ${code ?? "without a code"}`);
    this.code = code;
  }
}
