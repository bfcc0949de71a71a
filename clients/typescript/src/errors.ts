/** What the API, or something before it, has answered instead of what was asked for. */

import type { components } from "./schema.js";

type Schemas = components["schemas"];
/** What the API answers when it refuses: one shape for each code. */
export type ApiError = Extract<Schemas[keyof Schemas], { error: { code: string } }>;
export type ErrorCode = ApiError["error"]["code"];
/** One fault of one field; programs read `code`. */
export type FieldError = Schemas["FieldError"];
/** There is no token, or it is another user's: the client's own, of status 401. */
export type SessionCode = "SIGNED_OUT" | "OTHER_USER";

export class TasksError extends Error {
  override readonly name = "TasksError";
  readonly status: number;
  /** Undefined where not the API has answered, but something before it, such as API Gateway or a proxy. */
  readonly code: ErrorCode | SessionCode | undefined;
  /** Of VALIDATION_ERROR: what is wrong, and where. */
  readonly details: readonly FieldError[];
  /** After how many seconds it may be tried again, if it was said. */
  readonly retryAfter: number | undefined;
  /** Finds the log line; undefined where the answer has none. */
  readonly requestId: string | undefined;

  constructor(
    /** What was answered: the API's error, or the text of another's. */
    readonly body: unknown,
    readonly response: Response,
    options?: ErrorOptions,
  ) {
    const said = (body as Partial<ApiError> | null | undefined)?.error;
    const code = errorCode(body);
    super(`${response.status} ${code ?? "without a code"}${said?.message ? `: ${said.message}` : ""}`, options);
    this.status = response.status;
    this.code = code;
    this.details = said?.details ?? [];
    this.retryAfter = retryAfter(response);
    this.requestId = said?.request_id ?? response.headers.get("X-Request-Id") ?? undefined;
  }
}

/** The code of a result's `error`; undefined when not the API but something before it answered, such as API Gateway. */
export function errorCode(error: unknown): ErrorCode | undefined {
  return (error as Partial<ApiError> | null | undefined)?.error?.code;
}

/** The seconds of Retry-After, which may be a date; undefined without it. */
export function retryAfter(response: Response): number | undefined {
  const header = response.headers.get("Retry-After") ?? "";
  if (/^[0-9]+$/.test(header)) return Number(header);
  const seconds = (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

type Result = { data?: unknown; error?: unknown; response: Response };
type Data<R extends Result> = R extends { data: infer Given } ? Given : never;

/**
 * The data of a result, or of the promise of one.
 *
 * @throws {TasksError} For every answer but 2xx, also one without a body.
 */
export async function unwrap<R extends Result>(result: R | PromiseLike<R>): Promise<Data<R>> {
  const { data, error, response } = await result;
  if (!response.ok) throw new TasksError(error, response);
  return data as Data<R>;
}

export function sessionError(code: SessionCode, message: string, cause?: unknown): TasksError {
  return new TasksError({ error: { code, message } }, new Response(null, { status: 401 }), { cause });
}
